/** `versions settle`, as its unit calls it beside an upgrade that lives. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { SwitchMark } from "../../src/ops/upgrade/switch_mark.ts";
import { program } from "../harness/server_process.ts";
import { Installed } from "./release_world.ts";

const HOLDS = `
  const directory = Deno.openSync(Deno.args[0]);
  directory.lockSync(true);
  console.log("holds");
  setInterval(() => {}, 1000);
`;

/** Reads until this was said. */
async function until(
  stream: ReadableStreamDefaultReader<Uint8Array>,
  said: RegExp,
): Promise<void> {
  const decoder = new TextDecoder();
  for (let text = ""; !said.test(text);) {
    const { value, done } = await stream.read();
    assert.ok(!done, text);
    text += decoder.decode(value, { stream: true });
  }
}

Deno.test("versions settle touches nothing as long as an upgrade lives, and ends with it", async () => {
  const installed = new Installed();
  const { tree, directory } = installed;
  const holder = new Deno.Command(Deno.execPath(), {
    args: ["eval", HOLDS, directory],
    stdout: "piped",
  }).spawn();
  const [executable, ...first] = program();
  await Deno.writeTextFile(
    `${directory}/postern.toml`,
    `[server]\ndomain = "chat.example"\nstate_dir = "${directory}/state"\n`,
  );
  try {
    const holds = holder.stdout.getReader();
    await until(holds, /holds/);
    await holds.cancel();
    const meta = { source: "", sha256: "", signature_ok: false };
    const installed_at = "2026-01-01T00:00:00Z";
    await tree.add(
      { version: "1.0.0", installed_at, ...meta },
      (path) => Deno.copyFile(tree.places.binary, path),
    );
    tree.keepWayBack("1.0.0");
    const begun = {
      version: "1.1.0",
      says: "1.1.0",
      previous: "1.0.0",
      previous_says: "1.0.0",
      before: null,
      copy: null,
      back: false,
    };
    const mark = new SwitchMark(tree.places.root);
    mark.write(begun);
    const settling = new Deno.Command(executable, {
      args: [
        ...first,
        "--config",
        `${directory}/postern.toml`,
        "versions",
        "settle",
        "--binary-path",
        tree.places.binary,
      ],
      env: { POSTERN_INSTALL_ROOT: tree.places.root, NO_COLOR: "1" },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const said = settling.stderr.getReader();
    await until(said, /Waiting for the end of the upgrade/);
    assert.deepEqual(mark.read(), begun);
    assert.ok(existsSync(tree.wayBack));
    mark.remove(); // it has come to its end, and is killed all the same
    holder.kill("SIGKILL");
    await holder.status;
    const text = await new Response(settling.stdout).text();
    await said.cancel();
    assert.equal((await settling.status).code, 0, text);
    assert.match(text, /No upgrade was interrupted/);
    assert.ok(!existsSync(tree.wayBack));
  } finally {
    try {
      holder.kill("SIGKILL");
    } catch {
      // it has ended
    }
    await holder.status;
    installed.dispose();
  }
});
