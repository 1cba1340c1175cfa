import assert from "node:assert/strict";
import { reservePorts } from "../harness/ports.ts";
import { program, ServerProcess } from "../harness/server_process.ts";

Deno.test("a server tells systemd that it is ready, reloads, lives and stops", async () => {
  const directory = await Deno.makeTempDir();
  const name = `server-${crypto.randomUUID()}`;
  const socket = Deno.listenDatagram({
    transport: "unixpacket",
    path: `\0${name}`,
  });
  const [port = 0] = reservePorts(1);
  const file = `${directory}/postern.toml`;
  const listeners = [
    "smtp",
    "submission",
    "submission_tls",
    "imap",
    "http",
    "https",
  ].map((listener) => `${listener} = ""`).join("\n");
  await Deno.writeTextFile(
    file,
    `[server]\ndomain = "chat.example"\nstate_dir = "${directory}/state"\n` +
      `[listen]\n${listeners}\nimap_tls = "127.0.0.1:${port}"\n`,
  );
  const [command, ...first] = program();
  const server = new ServerProcess(() =>
    new Deno.Command(command, {
      args: [...first, "--config", file, "run"],
      env: { NOTIFY_SOCKET: `@${name}`, WATCHDOG_USEC: "300000" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn()
  );
  /** The next that is not about the watchdog, and what of that came before it. */
  let fed = 0;
  async function next(): Promise<string> {
    for (;;) {
      const [octets] = await socket.receive();
      const told = new TextDecoder().decode(octets);
      if (told === "WATCHDOG=1") fed++;
      else if (!told.startsWith("STATUS=")) return told;
    }
  }
  try {
    const started = server.run();
    assert.match(await next(), /^READY=1\nSTATUS=Serves chat\.example/);
    (await Deno.connect({ port })).close();
    await started;
    Deno.kill(server.pid, "SIGHUP");
    assert.equal(await next(), "RELOADING=1");
    assert.equal(await next(), "READY=1");
    while (fed < 3) {
      const [octets] = await socket.receive();
      if (new TextDecoder().decode(octets) === "WATCHDOG=1") fed++;
    }
    const ended = server.end("SIGTERM");
    assert.match(await next(), /^STOPPING=1/);
    assert.equal((await ended).code, 0);
  } finally {
    await server.dispose();
    socket.close();
    await Deno.remove(directory, { recursive: true });
  }
});
