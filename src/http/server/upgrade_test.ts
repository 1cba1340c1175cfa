import assert from "node:assert/strict";
import { connect } from "node:net";
// @ts-types="@types/ws"
import WebSocket from "ws";
import { rawTakeover, type UpgradeRoute } from "./upgrade.ts";
import {
  raw,
  serving,
  statuses,
  until,
  writeAll,
} from "../../../tests/harness/http_test_server.ts";
import { webSocketTakeover } from "./web_socket.ts";
import { WebSocketWatch } from "./web_socket_watch.ts";

const HOST = "Host: a.example\r\n";
const handler = () => new Response("ordinary");

/** Echoes whatever comes, as the connection has it. */
const RAW: UpgradeRoute = {
  path: "/relay",
  protocol: "iroh derp http",
  accept: () =>
    rawTakeover("iroh derp http", async ({ wire, stopping }) => {
      stopping.addEventListener("abort", () =>
        void wire.write(BYE).catch(() => {}));
      for (let got = await wire.read(); got; got = await wire.read()) {
        await wire.write(got);
      }
    }),
};
const BYE = new TextEncoder().encode("bye");

let tick = () => {};
const watch = new WebSocketWatch({
  every(_periodMs: number, work: () => void) {
    tick = work;
    return () => tick = () => {};
  },
});
/** Time until a ping is due. */
const untilPing = () => {
  for (let seconds = 0; seconds < 30; seconds++) tick();
};
const received: (string | Uint8Array)[] = [];
const ECHO: UpgradeRoute = {
  path: "/echo",
  protocol: "websocket",
  accept: (request, peer) =>
    request.headers.get("origin") === "https://evil.example"
      ? new Response(`not ${peer.address}`, { status: 403 })
      : webSocketTakeover(
        { maxMessageOctets: 100_000, subprotocols: ["v2", "v1"], watch },
        async (socket) => {
          for (;;) {
            const message = await socket.receive();
            if (message === undefined) return;
            if (message === "end") return socket.close(4000, "as you wish");
            if (message === "fail") throw new Error("broken");
            received.push(message);
            await socket.send(message);
          }
        },
      ),
};
const upgrades = [RAW, ECHO];

const upgrade = (path: string, protocol: string, fields = "") =>
  `GET ${path} HTTP/1.1\r\n${HOST}Upgrade: ${protocol}\r\n${fields}\r\n`;
const SWITCHING =
  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: iroh derp http\r\nConnection: Upgrade\r\n\r\n";

Deno.test("an upgrade needs no Connection field, and takes what came behind the head", () =>
  serving({ handler, upgrades }, async ({ port, server }) => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    const head = upgrade("/relay", "iroh derp http");
    await writeAll(connection, `${head}\x02\0frame`);
    const expected = `${SWITCHING}\x02\0frame`;
    assert.equal(await readExactly(connection, expected.length), expected);
    await writeAll(connection, "GET / HTTP/1.1\r\n\r\n");
    assert.equal(await readExactly(connection, 18), "GET / HTTP/1.1\r\n\r\n");
    assert.equal(server.connections, 1);
    await connection.closeWrite();
    assert.equal(await connection.read(new Uint8Array(1)), null);
    connection.close();
    await until(() => server.connections === 0);
  }));

Deno.test("an upgrade may follow other requests, and outlives their deadlines", () =>
  serving({ handler, upgrades }, async ({ port, pass, server }) => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await writeAll(
      connection,
      `GET / HTTP/1.1\r\n${HOST}\r\n` +
        upgrade("/relay", "Iroh DERP http", "Connection: upgrade\r\n") + "x",
    );
    let text = "";
    while (!text.endsWith("\r\n\r\nx")) {
      text += await readExactly(connection, 1);
    }
    assert.deepEqual(statuses(text), [200, 101]);
    pass(1e9);
    await writeAll(connection, "still");
    assert.equal(await readExactly(connection, 5), "still");
    assert.equal(server.connections, 1);
    connection.close();
  }));

Deno.test("what is upgraded hears that the server stops", () =>
  serving({ handler, upgrades }, async ({ port, server }) => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    await writeAll(connection, upgrade("/relay", "iroh derp http"));
    await readExactly(connection, SWITCHING.length);
    const stopped = server.stop();
    assert.equal(await readExactly(connection, 3), "bye");
    connection.close();
    await stopped;
  }));

for (
  const [what, text] of [
    ["another path", upgrade("/other", "iroh derp http")],
    ["another protocol", upgrade("/relay", "h2c")],
    ["several protocols", upgrade("/relay", "iroh derp http, websocket")],
    [
      "a body",
      upgrade("/relay", "iroh derp http", "Content-Length: 1\r\n") + "x",
    ],
    [
      "another method",
      upgrade("/relay", "iroh derp http").replace("GET", "POST"),
    ],
    [
      "HTTP/1.0",
      upgrade("/relay", "iroh derp http").replace("HTTP/1.1", "HTTP/1.0"),
    ],
  ] as const
) {
  Deno.test(`a request for an upgrade with ${what} is an ordinary one`, () =>
    serving({ handler, upgrades }, async ({ port }) => {
      const end = `GET / HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`;
      const answer = await raw(port, text + end);
      assert.ok(statuses(answer).every((status) => status === 200));
      assert.match(answer, /ordinary/);
    }));
}

const KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const VERSION = "Sec-WebSocket-Version: 13\r\n";

Deno.test("a WebSocket echoes text and octets, and agrees on a subprotocol", () =>
  serving({ handler, upgrades }, async ({ port, server, bugs }) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/echo`, ["v1", "v2"]);
    await opened(socket);
    assert.equal(socket.protocol, "v2");
    assert.equal(await ask(socket, "häh?"), "häh?");
    assert.equal(await ask(socket, "x".repeat(100_000)), "x".repeat(100_000));
    assert.deepEqual(
      await ask(socket, new Uint8Array([0, 255, 128])),
      new Uint8Array([0, 255, 128]),
    );
    socket.ping();
    await new Promise((resolve) => socket.once("pong", resolve));
    socket.send("end");
    assert.deepEqual(await closed(socket), [4000, "as you wish"]);
    await until(() => server.connections === 0);
    assert.deepEqual(bugs, []);
  }));

Deno.test("a WebSocket is Deno's too, and closes with 1001 when the server stops", () =>
  serving({ handler, upgrades }, async ({ port, server }) => {
    const socket = new globalThis.WebSocket(`ws://127.0.0.1:${port}/echo`);
    await new Promise((resolve) => socket.onopen = resolve);
    const stopped = server.stop();
    const { code } = await new Promise<CloseEvent>((resolve) =>
      socket.onclose = resolve
    );
    assert.equal(code, 1001);
    await stopped;
  }));

for (
  const [what, act, code] of [
    [
      "sends too much at once",
      (socket) => socket.send("x".repeat(100_001)),
      1009,
    ],
    [
      "sends text that is none",
      (socket) => socket.send(new Uint8Array([255]), { binary: false }),
      1007,
    ],
    ["makes the route fail", (socket) => socket.send("fail"), 1006],
  ] satisfies [string, (socket: WebSocket) => void, number][]
) {
  Deno.test(`a WebSocket is closed whose peer ${what}`, () =>
    serving({ handler, upgrades }, async ({ port, server }) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/echo`);
      socket.on("error", () => {});
      await opened(socket);
      act(socket);
      assert.equal((await closed(socket))[0], code);
      await until(() => server.connections === 0);
    }));
}

Deno.test("a WebSocket reads no faster than its route, and is let go of with its peer", () =>
  serving({ handler, upgrades }, async ({ port, server }) => {
    const socket = connect(port, "127.0.0.1");
    socket.write(upgrade("/echo", "websocket", KEY + VERSION));
    await until(() => socket.readableLength > 0 || socket.bytesRead > 0);
    received.length = 0;
    const octets = frame(new Uint8Array(60_000));
    let sent = 0;
    const write = () => socket.write(octets, () => ++sent < 2000 && write());
    write();
    await settled(() => sent);
    assert.ok(sent < 1000, `${sent} messages of 60 kB are taken`); // nobody reads the echoes
    assert.ok(received.length <= sent);
    socket.resetAndDestroy();
    await until(() => server.connections === 0);
  }));

Deno.test("a WebSocket ends when its peer answers no ping, and only then", () =>
  serving({ handler, upgrades }, async ({ port, server }) => {
    const good = new WebSocket(`ws://127.0.0.1:${port}/echo`);
    await opened(good);
    for (let pings = 0; pings < 3; pings++) {
      untilPing();
      await new Promise((resolve) => good.once("ping", resolve));
      assert.equal(await ask(good, "here"), "here"); // behind the pong
    }
    good.close();
    await closed(good);
    const silent = new WebSocket(`ws://127.0.0.1:${port}/echo`, {
      autoPong: false,
    });
    await opened(silent);
    untilPing();
    await new Promise((resolve) => silent.once("ping", resolve));
    assert.equal(server.connections, 1);
    untilPing();
    assert.equal((await closed(silent))[0], 1006);
    await until(() => server.connections === 0);
  }));

for (
  const [what, fields, status] of [
    ["no key", VERSION, 400],
    ["a key that is none", `Sec-WebSocket-Key: x\r\n${VERSION}`, 400],
    ["no version", KEY, 400],
    ["another version", `${KEY}Sec-WebSocket-Version: 9\r\n`, 400],
    [
      "an origin that is refused",
      `${KEY}${VERSION}Origin: https://evil.example\r\nConnection: close\r\n`,
      403,
    ],
  ] as const
) {
  Deno.test(`a WebSocket with ${what} is refused`, () =>
    serving({ handler, upgrades }, async ({ port, server }) => {
      const answer = await raw(port, upgrade("/echo", "websocket", fields));
      assert.deepEqual(statuses(answer), [status]);
      await until(() => server.connections === 0);
    }));
}

async function readExactly(
  connection: Deno.Conn,
  count: number,
): Promise<string> {
  let text = "";
  while (text.length < count) {
    const buffer = new Uint8Array(count - text.length);
    const size = await connection.read(buffer);
    if (size === null) throw new Error(`The server has closed after ${text}`);
    text += new TextDecoder("latin1").decode(buffer.subarray(0, size));
  }
  return text;
}

function opened(socket: WebSocket): Promise<unknown> {
  return new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
}

function ask(socket: WebSocket, message: string | Uint8Array) {
  socket.send(message);
  return new Promise<string | Uint8Array>((resolve) =>
    socket.once(
      "message",
      (data: Uint8Array, isBinary: boolean) =>
        resolve(
          isBinary ? new Uint8Array(data) : new TextDecoder().decode(data),
        ),
    )
  );
}

function closed(socket: WebSocket): Promise<[number, string]> {
  return new Promise((resolve) =>
    socket.once(
      "close",
      (code: number, reason: Uint8Array) =>
        resolve([code, new TextDecoder().decode(reason)]),
    )
  );
}

/** A masked binary frame (RFC 6455 §5.2), masked with zeros. */
function frame(payload: Uint8Array): Uint8Array {
  const octets = new Uint8Array(payload.length + 8);
  octets.set([0x82, 0xfe, payload.length >> 8, payload.length & 255]);
  octets.set(payload, 8);
  return octets;
}

async function settled(count: () => number): Promise<void> {
  for (let before = -1; before !== count();) {
    before = count();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
