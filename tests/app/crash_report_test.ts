/** Errors that nobody catches, in a whole server: what it prints, and whether it goes on. @module */
import assert from "node:assert/strict";
import { Server } from "../harness/server.ts";
import { happens } from "../harness/until.ts";

const MAIN = "tests/app/dying_server.ts";

async function withServer(
  config: string,
  test: (server: Server) => Promise<void>,
): Promise<void> {
  const server = await Server.start({ main: MAIN, config });
  try {
    await test(server);
  } finally {
    await server.dispose();
  }
}

async function written(server: Server, pattern: RegExp, times = 1) {
  const count = () =>
    server.output.split("\n").filter((line) => pattern.test(line)).length;
  await happens(() => count() >= times, () => server.output);
}

/** Everything since the start is a line of ours, and none tells of anybody. */
function assertNothingLeaks(server: Server): void {
  for (const line of server.output.trim().split("\n")) {
    assert.match(line, /^\d{4}-\d\d-\d\dT\S+Z \S+|^postern: /, server.output);
    assert.ok(!/secret|ann@|relay\.example/.test(line), line);
  }
}

for (const level of ["off", "error"]) {
  Deno.test(`errors of the main thread are a line each at log level ${level}, and the server goes on`, async () => {
    await withServer(`[log]\nlevel = "${level}"\n`, async (server) => {
      Deno.kill(server.pid, "SIGCONT");
      await written(server, / crash part=main .*<text> of <address>/);
      Deno.kill(server.pid, "SIGURG");
      await written(server, / crash part=main .*<text> of <address>/, 2);
      assert.match(await server.command("status"), /server +version/);
      assertNothingLeaks(server);
    });
  });
}

Deno.test("a server whose writer dies goes on; one whose writer dies again and again ends for its supervisor", async () => {
  await withServer("", async (server) => {
    for (let deaths = 1; deaths <= 5; deaths++) {
      await assert.rejects(
        server.command("blocklist", "add", `die_before${deaths}@chat.example`),
        /cannot be done now|hung up/,
      );
      await written(server, / crash part=writer .*<text> of <address>/, deaths);
      if (deaths === 5) break;
      await server.command("blocklist", "add", `ok${deaths}@chat.example`);
    }
    const status = await server.ended();
    assert.equal(status.code, 1);
    assert.match(server.output, / fatal message=/);
    assertNothingLeaks(server);
    await server.run();
    assert.match(await server.command("blocklist", "list"), /ok4@chat/);
  });
});
