/** A new process takes the place of a running one: nobody is refused, nothing is lost. */
import assert from "node:assert/strict";
import { ControlClient } from "../../src/cli/control_client.ts";
import { ImapClient } from "../harness/imap_client.ts";
import { LineConnection } from "../harness/line_connection.ts";
import { reservePorts } from "../harness/ports.ts";
import { DOMAIN, Server } from "../harness/server.ts";

const ANN = `ann@${DOMAIN}`;
const PASSWORD = "a-password-of-some-length-1";
const VISITORS_OF_A_PORT = 6;
/** All of them come from one address. */
const environment = Object.fromEntries(
  ["smtp", "submission", "imap", "http"].map((section) => [
    `POSTERN_SET__${section}__max_connections_per_ip`,
    "5000",
  ]),
);

/** @param test Adds each process that it had started. */
async function withServer(
  test: (server: Server, successors: number[]) => Promise<void>,
  more: Readonly<Record<string, string>> = {},
): Promise<void> {
  const server = await Server.start({
    environment: { ...environment, ...more },
  });
  const successors: number[] = [];
  try {
    await test(server, successors);
  } finally {
    for (const pid of successors) await end(pid);
    await server.dispose();
  }
}

async function end(pid: number): Promise<void> {
  try {
    for (Deno.kill(pid, "SIGTERM");; Deno.kill(pid, "SIGCONT")) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } catch {
    // it has ended
  }
}

async function restarted(
  server: Server,
  successors: number[],
): Promise<number> {
  const { data } = JSON.parse(await server.command("restart", "--json"));
  successors.push(data.pid);
  return data.pid;
}

/** Some at each port connect, are greeted and leave, again and again until told to stop. */
function crowd(server: Server, certificate: string) {
  const { ports } = server;
  const get = "GET / HTTP/1.1\r\nHost: chat.example\r\n\r\n";
  const kinds = [
    { port: ports.submission, first: /^220 / },
    { port: ports.smtp, first: /^220 / },
    { port: ports.imap, first: /^\* OK/ },
    { port: ports.http, ask: get, first: /^HTTP\/1.1 / },
    { port: ports.submissionTls, certificate, first: /^220 / },
    { port: ports.imapTls, certificate, first: /^\* OK/ },
    { port: ports.https, certificate, ask: get, first: /^HTTP\/1.1 / },
  ];
  const troubles: string[] = [];
  let visits = 0;
  let isOver = false;
  async function visit(kind: typeof kinds[number]): Promise<void> {
    try {
      const wire = await LineConnection.open(kind.port, kind.certificate);
      try {
        if (kind.ask) await wire.write(kind.ask);
        const line = await wire.readLine();
        if (!kind.first.test(line)) troubles.push(`${kind.port}: ${line}`);
      } finally {
        wire.close();
      }
    } catch (error) {
      troubles.push(`${kind.port}: ${error}`);
    }
  }
  async function keepComing(kind: typeof kinds[number]): Promise<void> {
    while (!isOver) {
      await visit(kind);
      visits++;
    }
  }
  const coming = Promise.all(
    kinds.flatMap((kind) =>
      Array.from({ length: VISITORS_OF_A_PORT }, () => keepComing(kind))
    ),
  );
  return {
    async leave() {
      isOver = true;
      await coming;
      return { visits, troubles };
    },
  };
}

Deno.test("a restart refuses and resets no connection, and an IDLE session is told goodbye", () =>
  withServer(async (server, successors) => {
    const certificate = await server.certificate();
    const idling = await ImapClient.connect(server.ports.imapTls, certificate);
    await idling.login(ANN, PASSWORD);
    await idling.expectOk("SELECT INBOX");
    await idling.idle();
    const old = server.pid;
    const clients = crowd(server, certificate);
    const pid = await restarted(server, successors);
    assert.notEqual(pid, old);
    const { visits, troubles } = await clients.leave();
    assert.deepEqual(troubles, [], `of ${visits}\n${server.output}`);
    assert.ok(visits > 100, `only ${visits}`);
    assert.match(await idling.wire.readLine(), /^\* BYE /);
    idling.close();
    const again = await ImapClient.connect(server.ports.imapTls, certificate);
    await again.login(ANN, PASSWORD);
    again.close();
    // and once more: the successor can be succeeded, too
    const next = await restarted(server, successors);
    assert.notEqual(next, pid);
    const { data } = JSON.parse(await server.command("status", "--json"));
    assert.equal(data.pid, next);
  }));

Deno.test("calls are relayed again at once, and those under way end", async () => {
  const [port = 0] = reservePorts(1);
  // of all addresses, as installed: UDP and TCP, and every address of the machine
  await withServer(async (server, successors) => {
    async function turn() {
      const { data } = JSON.parse(
        await server.command("turn", "status", "--json"),
      );
      return data;
    }
    const before = await turn();
    assert.equal(before.running, true, server.output);
    await restarted(server, successors);
    const after = await turn();
    assert.equal(after.running, true, server.output);
    assert.equal(after.allocations, 0);
    assert.deepEqual(after.listen, before.listen);
    assert.doesNotMatch(server.output, /turn_stopped|bind_failed/);
    const { data } = JSON.parse(
      await server.command("turn", "test", "--json"),
    );
    assert.equal(data.ok, true, JSON.stringify(data));
  }, {
    POSTERN_SET__listen__turn: `"${port}"`,
    POSTERN_SET__turn__relay_ip: '"127.0.0.1"',
  });
});

Deno.test("a new process that cannot come up changes nothing", () =>
  withServer(async (server) => {
    const config = await Deno.readTextFile(server.configFile);
    await Deno.writeTextFile(server.configFile, `${config}\n[nonsense]\n`);
    await assert.rejects(server.command("restart"), /nonsense/);
    const { stateDir } = server;
    const client = await ControlClient.connect({
      server: { stateDir, runtimeDir: stateDir },
    });
    assert.ok(client instanceof ControlClient);
    await assert.rejects(client.ask("restart", {}, 60_000), {
      code: "unavailable",
      message: /^Not restarted: the new process ended with 7 /,
    });
    client.close();
    const wire = await LineConnection.open(server.ports.submission);
    assert.match(await wire.readLine(), /^220 /);
    wire.close();
    assert.equal((await server.end("SIGTERM")).code, 0);
  }));

Deno.test("systemd hears of the new process, and not that the service stops", async () => {
  const directory = await Deno.makeTempDir();
  const path = `${directory}/notify`;
  const manager = Deno.listenDatagram({ transport: "unixpacket", path });
  const heard: string[] = [];
  const listening = (async () => {
    for await (const [octets] of manager) {
      heard.push(new TextDecoder().decode(octets));
    }
  })();
  try {
    await withServer(async (server, successors) => {
      while (!heard.some((text) => text.startsWith("READY=1"))) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const before = heard.length;
      const pid = await restarted(server, successors);
      while (!/ stopped\b/.test(server.output)) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      while (!heard.slice(before).some((text) => text.startsWith("READY=1"))) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      const said = heard.slice(before).filter((text) =>
        !/^(STATUS|WATCHDOG)=/.test(text)
      );
      assert.equal(said[0], `MAINPID=${pid}`);
      assert.match(said[1] ?? "", /^READY=1\nSTATUS=Serves chat.example/);
      assert.equal(said.length, 2, said.join(";"));
    }, { NOTIFY_SOCKET: path });
  } finally {
    manager.close();
    await listening;
    await Deno.remove(directory, { recursive: true });
  }
});
