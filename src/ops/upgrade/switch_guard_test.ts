import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { Installed } from "../../../tests/ops/release_world.ts";
import { guardFiles, guardUnit, switchGuard } from "./switch_guard.ts";

const COMMAND = ["--config", "/etc/a relay/50%.toml", "versions", "settle"];

async function world(
  test: (parts: {
    readonly installed: Installed;
    readonly units: string;
    readonly calls: string[];
    readonly told: string[];
    guard(options?: { isItself?: boolean; ok?: boolean }): ReturnType<
      typeof switchGuard
    >;
  }) => Promise<void>,
): Promise<void> {
  const installed = new Installed();
  const { tree, directory } = installed;
  const units = `${directory}/units`;
  const calls: string[] = [];
  const told: string[] = [];
  try {
    await Deno.mkdir(units);
    await tree.add({
      version: "1.0.0",
      installed_at: "2026-01-01T00:00:00Z",
      source: "",
      sha256: "",
      signature_ok: false,
    }, async (path) => {
      await Deno.copyFile(tree.places.binary, path);
      await Deno.chmod(path, 0o755);
    });
    await test({
      installed,
      units,
      calls,
      told,
      guard: ({ isItself = false, ok = true } = {}) =>
        switchGuard({
          tree,
          command: COMMAND,
          environment: {},
          isItself,
          units,
          run(program, args) {
            const isLinked = existsSync(tree.wayBack);
            calls.push(`${program} ${args.join(" ")}, ${isLinked}`);
            return Promise.resolve({ ok, output: "it does not" });
          },
          tell: (step) => void told.push(step),
        }),
    });
  } finally {
    installed.dispose();
  }
}

Deno.test("a guard is a unit as long as the switch lasts, and starts with the system", () =>
  world(async ({ installed: { tree }, units, calls, told, guard }) => {
    const { unit, file, wanted } = guardFiles("postern", units);
    await Deno.writeTextFile(`${units}/postern.service`, "");
    await guard().arm("1.0.0");
    assert.equal(
      Deno.realPathSync(tree.wayBack),
      Deno.realPathSync(tree.binaryOf("1.0.0")),
    );
    assert.equal(Deno.realPathSync(wanted), Deno.realPathSync(file));
    const text = Deno.readTextFileSync(file);
    assert.match(text, /^After=postern\.service$/m);
    assert.ok(
      text.includes(
        `\nExecStart=${tree.wayBack} --config "/etc/a relay/50%%.toml" versions settle\n`,
      ),
      text,
    );
    await guard().arm("1.0.0"); // after one that was killed
    await guard().disarm();
    assert.deepEqual(calls, [
      "systemctl daemon-reload, true",
      `systemctl start --no-block ${unit}, true`,
      "systemctl daemon-reload, true",
      `systemctl start --no-block ${unit}, true`,
      `systemctl stop ${unit}, true`,
      "systemctl daemon-reload, true",
    ]);
    for (const path of [file, wanted, tree.wayBack]) {
      assert.equal(existsSync(path), false, path);
    }
    await guard().disarm();
    assert.equal(calls.length, 6, "nothing is there");
    assert.deepEqual(told, []);
  }));

Deno.test("a guard that takes itself away does not stop itself", () =>
  world(async ({ units, calls, guard }) => {
    await Deno.writeTextFile(`${units}/postern.service`, "");
    await guard().arm("1.0.0");
    calls.length = 0;
    await guard({ isItself: true }).disarm();
    assert.deepEqual(calls, ["systemctl daemon-reload, true"]);
  }));

Deno.test("without a unit of the relay there is none of a guard, and without systemd a warning", () =>
  world(async ({ installed: { tree }, units, calls, told, guard }) => {
    await guard().arm("1.0.0");
    assert.deepEqual(calls, []);
    assert.ok(existsSync(tree.wayBack), "it is named by what is told");
    await guard().disarm();
    assert.equal(existsSync(tree.wayBack), false);
    await Deno.writeTextFile(`${units}/postern.service`, "");
    await guard({ ok: false }).arm("1.0.0");
    assert.match(told.join(), /only "postern versions settle" ends it: .*not/);
    await guard({ ok: false }).disarm();
    assert.deepEqual(
      Array.from(Deno.readDirSync(units), ({ name }) => name).sort(),
      ["multi-user.target.wants", "postern.service"],
    );
  }));

const hasAnalyze = await new Deno.Command("systemd-analyze", {
  args: ["--version"],
  stdout: "null",
  stderr: "null",
}).output().then(({ success }) => success, () => false);

Deno.test({
  name: hasAnalyze
    ? "systemd reads the unit of a guard"
    : "the unit of a guard: no systemd-analyze here",
  ignore: !hasAnalyze,
  fn: () =>
    world(async ({ installed: { tree, directory } }) => {
      tree.keepWayBack("1.0.0");
      const path = `${directory}/postern-way-back.service`;
      const environment = { POSTERN_INSTALL_ROOT: "/opt/a place" };
      await Deno.writeTextFile(
        path,
        guardUnit({ tree, command: COMMAND, environment }),
      );
      const { code, stderr } = await new Deno.Command("systemd-analyze", {
        args: ["verify", "--man=no", path],
      }).output();
      const said = new TextDecoder().decode(stderr).split("\n")
        .filter((line) => line.includes("postern-way-back"));
      assert.deepEqual({ code, said }, { code: 0, said: [] });
    }),
});
