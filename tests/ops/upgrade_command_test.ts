/** `upgrade` and `versions` as they are typed, by somebody who is there and by scripts. */
import assert from "node:assert/strict";
import { makeSelfSigned } from "../../src/tls/self_signed.ts";
import { SwitchMark } from "../../src/ops/upgrade/switch_mark.ts";
import { CommandProcess, Installation } from "../cli/command_line.ts";
import {
  Installed,
  makeRelease,
  ReleaseHost,
  script,
  signingKey,
} from "./release_world.ts";

interface World {
  readonly installed: Installed;
  /** Which version is called now. */
  current(): Promise<string>;
  /** @param answers of somebody who is there */
  run(
    line: string,
    answers?: readonly string[],
  ): ReturnType<Installation["run"]>;
  /** A command that knows of no place of the program. */
  plain(line: string): ReturnType<Installation["run"]>;
}

/** Version 1.0.0, and a host of 1.1.0 with a certificate of its own. */
async function world(test: (world: World) => Promise<void>): Promise<void> {
  const { chainPem: cert, keyPem } = await makeSelfSigned({
    names: ["127.0.0.1"],
    nowMs: Date.now(),
    days: 2,
  });
  const host = new ReleaseHost({ cert, key: keyPem });
  const key = await signingKey();
  host.files = await makeRelease("1.1.0", script("1.1.0"), key);
  const installed = new Installed();
  const { root, binary } = installed.tree.places;
  const relay = new Installation(
    `[upgrade]\nurl = "${host.base}"\nkeys = ["${key.publicKey}"]\n`,
  );
  // no service of this machine is touched
  const systemctl = `${relay.directory}/systemctl`;
  await Deno.writeTextFile(systemctl, "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  const commands = new CommandProcess({
    PATH: `${relay.directory}:${Deno.env.get("PATH") ?? ""}`,
    POSTERN_INSTALL_ROOT: root,
  });
  try {
    await test({
      installed,
      current: async () => (await installed.facts()).version,
      run: (line, answers) =>
        relay.runIn(commands, `${line} --binary-path ${binary}`, answers),
      plain: (line) => relay.runIn(commands, line),
    });
  } finally {
    await commands.dispose();
    relay.dispose();
    installed.dispose();
    await host.close();
  }
}

Deno.test("upgrade asks whoever is there about a certificate that cannot be verified", () =>
  world(async ({ run, current }) => {
    const declined = await run("upgrade", ["n"]);
    assert.equal(declined.exit, 10);
    assert.match(
      declined.err,
      /certificate is not trusted.*Its signature has to be right/s,
    );
    assert.equal(await current(), "1.0.0");
    const plan = await run("upgrade --dry-run", ["y"]);
    assert.equal(plan.exit, 0, plan.err);
    assert.equal(await current(), "1.0.0");
    const taken = await run("upgrade", ["y"]);
    assert.equal(taken.exit, 0, taken.err);
    assert.equal(await current(), "1.1.0");
  }));

Deno.test("upgrade asks no script, also one that says yes to all, but names the option", () =>
  world(async ({ run, current }) => {
    for (
      const [line, answers] of [
        ["upgrade"],
        ["upgrade --yes"],
        ["upgrade --json", ["y"]],
      ] as const
    ) {
      const { exit, err } = await run(line, answers);
      assert.equal(exit, 9, line);
      assert.match(err, /--accept-unsafe-https/);
    }
    assert.equal(await current(), "1.0.0");
    const { exit, out } = await run("upgrade --accept-unsafe-https --json");
    assert.equal(exit, 0);
    const { data } = JSON.parse(out);
    assert.equal(data.signature_ok, true);
    assert.match(data.url, /release\.json$/);
    assert.match(data.sha256, /^[0-9a-f]{64}$/);
    assert.equal(data.restarted, false);
  }));

Deno.test("upgrade and versions use wait for no other, and end what one that was killed has begun", () =>
  world(async ({ installed, run, plain, current }) => {
    const { tree, directory } = installed;
    assert.equal((await run("upgrade --accept-unsafe-https")).exit, 0);
    {
      using other = Deno.openSync(directory);
      assert.ok(other.tryLockSync(true));
      for (const line of ["upgrade --rollback", "versions use 1.0.0"]) {
        const { exit, err } = await run(line);
        assert.equal(exit, 4, line);
        assert.match(err, /Another upgrade is under way/);
      }
    }
    assert.equal(await current(), "1.1.0");
    const mark = new SwitchMark(tree.places.root);
    mark.write({
      version: "1.1.0",
      says: "1.1.0",
      previous: "1.0.0",
      previous_says: "1.0.0",
      before: null,
      copy: null,
      back: true,
    });
    const listed = await run("versions list");
    assert.match(
      listed.out,
      /The way back from version 1\.1\.0 to 1\.0\.0 was interrupted, or goes on: "postern versions settle" ends it/,
    );
    const status = await plain("status");
    assert.match(
      status.out,
      /^upgrade +The way back from version 1\.1\.0 to 1\.0\.0 was interrupted, or goes on: "postern versions settle" ends it$/m,
    );
    const shown = JSON.parse((await plain("status --json")).out).data.upgrade;
    assert.equal(shown.back, true);
    assert.equal(shown.command, "postern versions settle");
    const doctor = await plain("doctor --only upgrade");
    assert.match(doctor.out, /^WARN +upgrade .*\n +postern versions settle$/m);
    const settled = await run("versions settle");
    assert.equal(settled.exit, 1);
    assert.match(settled.err, /systemctl cannot restart it/);
    // no server of these scripts can be started: that is what is said, and the program is back
    const { exit, err } = await run("upgrade --rollback");
    assert.notEqual(exit, 0);
    assert.match(err, /Ending the way back to version 1\.0\.0/);
    assert.match(err, /systemctl cannot restart it/);
    assert.equal(await current(), "1.0.0");
    assert.equal(mark.read()?.back, true, "it is tried again");
    mark.remove();
    const { data } = JSON.parse((await run("versions list --json")).out);
    assert.equal(data.unfinished, null);
    assert.doesNotMatch((await plain("status")).out, /^upgrade/m);
    assert.equal((await run("versions use 1.1.0")).exit, 0);
    assert.equal(await current(), "1.1.0");
  }));
