/** Messages that stop half-way, on more WebSockets than memory is meant for. */
import assert from "node:assert/strict";
import { clientFrame } from "../harness/client_frames.ts";
import { Socket } from "./socket.ts";
import { PASSWORD, type User, withWorld } from "./world.ts";

/** Less than what asks for a place among the large ones. */
const SPACES = 1024 * 1024 - 100;
/** One more than are held: a megabyte of each counts. */
const SOCKETS = 65;
const CONFIG = `[webmail]
webimap = true
websmtp = true
max_sockets_per_account = 100
max_sockets_per_ip = 100
[http]
max_connections_per_ip = 100
`;

class HalfSocket {
  private constructor(readonly connection: Deno.TlsConn) {}

  static async open({ world, address }: User): Promise<HalfSocket> {
    const connection = await Deno.connectTls({
      hostname: "localhost",
      port: world.server.ports.https,
      caCerts: [world.certificate],
    });
    const half = new HalfSocket(connection);
    await half.write(new TextEncoder().encode(
      [
        "GET /webimap/ws HTTP/1.1",
        "Host: localhost",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        `X-Email: ${address}`,
        `X-Password: ${PASSWORD}`,
        "",
        "",
      ].join("\r\n"),
    ));
    assert.match((await half.read()).text, /^HTTP\/1\.1 101 /);
    return half;
  }

  async write(octets: Uint8Array): Promise<void> {
    for (let at = 0; at < octets.length;) {
      at += await this.connection.write(octets.subarray(at));
    }
  }

  async read(): Promise<{ octets: Uint8Array; text: string }> {
    const octets = new Uint8Array(1000);
    const size = await this.connection.read(octets) ?? 0;
    const some = octets.subarray(0, size);
    return { octets: some, text: new TextDecoder().decode(some) };
  }
}

Deno.test("of messages that stop half-way the oldest gives way, and the others go on", () =>
  withWorld(async (_world, ann) => {
    const whole = clientFrame(`{"type":"ping"${" ".repeat(SPACES)}}`);
    const halves: HalfSocket[] = [];
    let closing: ReturnType<HalfSocket["read"]> | undefined; // of the first
    for (let i = 0; i < SOCKETS; i++) {
      const half = await HalfSocket.open(ann);
      halves.push(half);
      await half.write(whole.subarray(0, -1));
      closing ??= half.read();
    }
    const [first, ...others] = halves;
    const { octets, text } = await closing!;
    assert.deepEqual([octets[0], octets[2]! << 8 | octets[3]!], [0x88, 1013]);
    assert.match(text, /too many messages at once$/);
    await assert.rejects(first!.read());
    const socket = await Socket.open(ann);
    await socket.result("list_mailboxes");
    await socket.close();
    for (const half of others) {
      await half.write(whole.subarray(-1));
      let told = ""; // a ping may come first
      while (!told.includes('"pong"')) told += (await half.read()).text;
    }
    for (const { connection } of halves) connection.close();
  }, { config: CONFIG }));
