/** Commands that the doctor suggests are done in the state in which it suggests them. */
import assert from "node:assert/strict";
import type { Finding } from "../../src/admin/doctor_control.ts";
import { Installation, postern } from "../cli/command_line.ts";
import { Server } from "../harness/server.ts";

function remedyOf(out: string, id: string): string {
  const findings: readonly Finding[] = JSON.parse(out).data;
  return findings.find((one) => one.id === id)?.remedy ?? "";
}

Deno.test("nobody is sent to an authority that vouches for no such name", async () => {
  const relay = new Installation(
    '[tls]\nmode = "file"\ncert = "/none"\nkey = "/none"',
  );
  try {
    for (
      const [hostname, said] of [
        ["chat.example", /postern certificate acme --email ADDRESS/],
        [
          "relay.local",
          /certificate file CHAIN KEY.*relay\.local is not public/,
        ],
      ] as const
    ) {
      const set = await relay.run(`config set server.hostname ${hostname}`);
      assert.equal(set.exit, 0, set.err);
      const { out } = await relay.run("doctor --only tls --json");
      assert.match(remedyOf(out, "tls"), said);
      const acme = await relay.run("certificate acme --no-obtain");
      assert.equal(acme.exit === 0, hostname === "chat.example", acme.err);
      await relay.run("settings reset tls_mode");
    }
  } finally {
    relay.dispose();
  }
});

Deno.test("what is closed or locked is opened as that state allows", async () => {
  const server = await Server.start({
    environment: { POSTERN_SET__log__lock: "true" },
  });
  const run = (...args: string[]) =>
    postern(args, { POSTERN_CONFIG: server.configFile });
  try {
    const open = await run("doctor", "--json", "--only", "log");
    const findings: readonly Finding[] = JSON.parse(open.out).data;
    const log = findings.find(({ id }) => id === "log");
    assert.match(log?.detail ?? "", /The level is|config set log\.level info/);
    assert.equal((await run("port", "https", "disable", "-y")).exit, 0);
    assert.equal((await run("port", "http", "disable", "-y")).exit, 0);
    const closed = await run("doctor", "--json", "--only", "mxdeliv");
    assert.equal(remedyOf(closed.out, "mxdeliv"), "postern port https enable");
    assert.equal((await run("port", "https", "enable")).exit, 0);
  } finally {
    await server.dispose();
  }
});
