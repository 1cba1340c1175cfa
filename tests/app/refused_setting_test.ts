/** What somebody else has set, and this server cannot do. @module */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { Server } from "../harness/server.ts";
import { happens } from "../harness/until.ts";

Deno.test("a port that is set from outside and in use is told of, kept, and taken when it is free", async () => {
  const server = await Server.start();
  const blocker = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  try {
    const { port } = blocker.addr as Deno.NetAddr;
    const database = new DatabaseSync(`${server.stateDir}/chat.db`);
    database.prepare(
      "INSERT INTO settings (name, value, updated_at) VALUES ('smtp_port', ?, 0)",
    ).run(String(port));
    const refused = () => refusedSettings(server);
    await happens(async () => await refused() !== undefined);
    assert.match(await refused() ?? "", /smtp_port: /);
    const stored = database.prepare(
      "SELECT value FROM settings WHERE name = 'smtp_port'",
    ).get();
    assert.equal(stored?.value, String(port));
    database.close();
    const old = await Deno.connect({
      hostname: "127.0.0.1",
      port: server.ports.smtp,
    });
    old.close();
    blocker.close();
    await happens(async () => await refused() === undefined);
    const fresh = await Deno.connect({ hostname: "127.0.0.1", port });
    fresh.close();
  } finally {
    try {
      blocker.close();
    } catch {
      // it is closed
    }
    await server.dispose();
  }
});

async function refusedSettings(server: Server): Promise<string | undefined> {
  const { degraded } = JSON.parse(await server.command("status", "--json"))
    .data as { degraded: { code: string; message: string }[] };
  return degraded.find(({ code }) => code === "settings_refused")?.message;
}
