/**
 * Peers that stop where they should not, on every port of a whole server: after
 * each deadline its descriptors and its counters are as they were.
 */
import assert from "node:assert/strict";
import { LineConnection } from "../harness/line_connection.ts";
import { type Ports, Server } from "../harness/server.ts";
import { happens } from "../harness/until.ts";

const PEERS = 2;
const PER_ADDRESS = 2 * PEERS; // a service with two ports counts both
/** Long enough that a client on a busy machine gets as far as it means to. */
const ENVIRONMENT = Object.fromEntries(
  Object.entries({
    tls__handshake_timeout_s: 4,
    imap__preauth_timeout_s: 6,
    imap__write_stall_s: 2,
    imap__max_connections_per_ip: PER_ADDRESS,
    smtp__command_timeout_s: 6,
    smtp__preauth_timeout_s: 6,
    smtp__max_connections_per_ip: PER_ADDRESS,
    submission__max_connections_per_ip: PER_ADDRESS,
    http__header_timeout_s: 6,
    http__idle_timeout_s: 3,
    http__write_stall_s: 2,
    http__max_connections_per_ip: PER_ADDRESS,
  }).map(([key, value]) => [`POSTERN_SET__${key}`, String(value)]),
);

/** A record that announces 512 octets of handshake and has 38 (RFC 8446 §5.1). */
const HALF_HELLO = new Uint8Array([
  ...[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3],
  ...new Uint8Array(32),
]);

type PortName = keyof Ports;
const TLS_PORTS: readonly PortName[] = ["imapTls", "submissionTls", "https"];
const PORTS: readonly PortName[] = [
  "http",
  "https",
  "smtp",
  "submission",
  "submissionTls",
  "imap",
  "imapTls",
];

/** Opens a connection and leaves it in some state; the server is to end it. */
type Behaviour = (world: World, port: PortName) => Promise<Deno.Conn>;

class World {
  private constructor(
    readonly server: Server,
    readonly certificate: string,
  ) {}

  static async open(): Promise<World> {
    const server = await Server.start({ environment: ENVIRONMENT });
    return new World(server, await server.certificate());
  }

  async plain(port: PortName): Promise<LineConnection> {
    return await LineConnection.open(this.server.ports[port]);
  }

  /** In clear, up to where the client's part of the handshake is due. */
  async beforeTls(port: PortName): Promise<LineConnection> {
    const wire = await this.plain(port);
    if (TLS_PORTS.includes(port) || port === "http") return wire;
    await wire.readLine();
    if (port === "imap") {
      await wire.write("a STARTTLS\r\n");
      assert.match(await wire.readLine(), /^a OK/);
    } else {
      await wire.write("EHLO client.example\r\n");
      while (!/^250 /.test(await wire.readLine()));
      await wire.write("STARTTLS\r\n");
      assert.match(await wire.readLine(), /^220/);
    }
    return wire;
  }

  async secure(port: PortName): Promise<LineConnection> {
    const { connection } = await this.beforeTls(port);
    const secure = await Deno.startTls(connection as Deno.TcpConn, {
      hostname: "chat.example",
      caCerts: [this.certificate],
    });
    await secure.handshake();
    return new LineConnection(secure);
  }

  /** Sockets that the server has open. */
  sockets(): number {
    const folder = `/proc/${this.server.pid}/fd`;
    let count = 0;
    for (const { name } of Deno.readDirSync(folder)) {
      try {
        if (/^socket:/.test(Deno.readLinkSync(`${folder}/${name}`))) count++;
      } catch {
        // closed meanwhile
      }
    }
    return count;
  }

  /** Its sockets once nobody is connected: those who looked whether it runs have left. */
  async idle(): Promise<number> {
    while (!/\bstarted\b/.test(this.server.output) || await this.counted()) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    for (let before = -1;;) {
      await new Promise((resolve) => setTimeout(resolve, 1000));
      const now = this.sockets();
      if (now === before) return now;
      before = now;
    }
  }

  /** Connections that it counts. */
  async counted(): Promise<number> {
    const path = `${this.server.stateDir}/control.sock`;
    const wire = new LineConnection(
      await Deno.connect({ transport: "unix", path }),
    );
    await wire.write('{"id":1,"op":"status"}\n');
    const { data } = JSON.parse(await wire.readLine());
    wire.close();
    const services: { connections: number; unique_ips: number }[] =
      data.services;
    return services.reduce(
      (sum, { connections, unique_ips }) => sum + connections + unique_ips,
      0,
    );
  }

  /** Waits until the server is alone again. */
  async settle(sockets: number, what: string): Promise<void> {
    await happens(
      async () => this.sockets() === sockets && await this.counted() === 0,
      () => `: ${what}: ${this.sockets() - sockets} sockets too many`,
      100,
    );
  }
}

/** Asks for more than all buffers on the way hold, and then reads nothing. */
function flood(wire: LineConnection, line: string): void {
  wire.write(line.repeat(150_000)).catch(() => {});
}

const BEHAVIOURS: Record<string, Behaviour> = {
  "silent": async (world, port) => (await world.plain(port)).connection,
  "half a ClientHello": async (world, port) => {
    const wire = await world.beforeTls(port);
    await wire.write(
      port === "http" ? "GET / HTTP/1.1\r\nHost: chat" : HALF_HELLO,
    );
    return wire.connection;
  },
  "handshake, then silent": async (world, port) =>
    (port === "http" ? await world.plain(port) : await world.secure(port))
      .connection,
  "half-closed": async (world, port) => {
    const { connection } = port === "http"
      ? await world.plain(port)
      : await world.secure(port);
    await connection.closeWrite();
    return connection;
  },
  "has its last answer, and stays": async (world, port) => {
    const wire = port === "http"
      ? await world.plain(port)
      : await world.secure(port);
    if (port === "http" || port === "https") {
      await wire.write("GET / HTTP/1.1\r\nHost: chat.example\r\n\r\n");
      assert.match(await wire.readLine(), /^HTTP\/1\.1 200/);
    } else {
      await wire.write(/imap/.test(port) ? "a LOGOUT\r\n" : "QUIT\r\n");
      while (!/^(a OK|221)/.test(await wire.readLine()));
    }
    return wire.connection;
  },
  "half-closed before TLS": async (world, port) => {
    const { connection } = await world.plain(port);
    await connection.closeWrite();
    return connection;
  },
};

async function asksAndNeverReads(
  world: World,
  port: PortName,
  peer: number,
): Promise<Deno.Conn> {
  const wire = port === "http"
    ? await world.plain(port)
    : await world.secure(port);
  if (port === "http" || port === "https") {
    flood(wire, "GET / HTTP/1.1\r\nHost: chat.example\r\n\r\n");
  } else if (port === "imap" || port === "imapTls") {
    await wire.write(
      `a LOGIN "reader${peer}@chat.example" "a-password-of-some-length"\r\n`,
    );
    while (!/^a OK/.test(await wire.readLine()));
    flood(wire, "b CAPABILITY\r\n");
  } else {
    flood(wire, "EHLO client.example\r\n");
  }
  return wire.connection;
}

/** Again, for who gets as far as it means to only after a deadline. */
async function inTime(behave: () => Promise<Deno.Conn>): Promise<Deno.Conn> {
  for (;;) {
    try {
      return await behave();
    } catch (error) {
      if (error instanceof assert.AssertionError) throw error;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

async function close(connections: readonly Deno.Conn[]): Promise<void> {
  for (const connection of connections) {
    try {
      connection.close();
    } catch {
      // a write found it closed
    }
  }
  await Promise.resolve();
}

Deno.test("the server lets go of peers that stop, on every port", async (t) => {
  const world = await World.open();
  try {
    const idle = await world.idle();
    for (const [name, behaviour] of Object.entries(BEHAVIOURS)) {
      await t.step(name, async () => {
        const connections = await Promise.all(
          PORTS.flatMap((port) =>
            Array.from(
              { length: PEERS },
              () => inTime(() => behaviour(world, port)),
            )
          ),
        );
        await world.settle(idle, name);
        await close(connections);
      });
    }

    await t.step("asks and never reads", async () => {
      const connections = await Promise.all(
        PORTS.flatMap((port) =>
          Array.from(
            { length: PEERS },
            (_, peer) => inTime(() => asksAndNeverReads(world, port, peer)),
          )
        ),
      );
      assert.ok(world.sockets() > idle);
      await world.settle(idle, "asks and never reads");
      await close(connections);
    });

    await t.step("refused at the limit", async () => {
      const connections: Deno.Conn[] = [];
      for (const port of PORTS) {
        for (let at = 0; at < PER_ADDRESS + PEERS; at++) {
          const wire = await world.plain(port).catch(() => undefined); // reset
          if (wire) connections.push(wire.connection);
        }
      }
      await world.settle(idle, "refused at the limit");
      await close(connections);
    });
  } finally {
    await world.server.dispose();
  }
});
