import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
// @ts-types="@types/ws"
import WebSocket from "ws";
import {
  frame,
  introduction,
  IrohClient,
  type IrohTarget,
  newIdentity,
  TYPES,
} from "../harness/iroh_client.ts";
import { ImapClient } from "../harness/imap_client.ts";
import { Server } from "../harness/server.ts";

const text = (octets: Uint8Array) => new TextDecoder().decode(octets);
const octets = (words: string) => new TextEncoder().encode(words);

/** Who is connected, once the relay has read the introduction. */
async function connected(
  target: IrohTarget,
  options: Parameters<typeof IrohClient.connect>[1] = {},
): Promise<IrohClient> {
  const client = await IrohClient.connect(target, options);
  await client.settle();
  return client;
}

async function relayEntry(client: ImapClient): Promise<string> {
  const name = "/shared/vendor/deltachat/irohrelay";
  const { untagged } = await client.expectOk(`GETMETADATA "" (${name})`);
  return /irohrelay "?([^")]*)"?\)/.exec(untagged[0]!.text)?.[1] ?? "";
}

/** Status and fields of an answer to octets, up to the end of the connection. */
async function answer(port: number, request: string): Promise<string> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(octets(request));
  const buffer = new Uint8Array(4096);
  const count = await connection.read(buffer) ?? 0;
  connection.close();
  return text(buffer.subarray(0, count));
}

Deno.test("a relay passes datagrams on", async (t) => {
  const server = await Server.start({
    config: "[iroh]\nmax_clients_per_ip = 40",
  });
  const { ports } = server;
  const plain = { port: ports.http };
  async function data(...args: string[]) {
    return JSON.parse(await server.command(...args, "--json")).data;
  }
  try {
    await t.step("between clients of HTTP, and at its own port", async () => {
      const ann = await connected(plain);
      const bob = await connected({ port: ports.iroh, path: "/derp" });
      await ann.send(bob.key, octets("hello"));
      await ann.send(bob.key, octets(""));
      const first = await bob.next();
      equal(first.type, TYPES.received);
      deepEqual(first.payload.subarray(0, 32), ann.key);
      equal(text(first.payload.subarray(32)), "hello");
      equal((await bob.next()).payload.length, 32);
      const large = new Uint8Array(65_536).fill(7);
      await bob.send(ann.key, large);
      deepEqual((await ann.next()).payload.subarray(32), large);
      ann.close();
      const gone = await bob.next();
      equal(gone.type, TYPES.gone);
      deepEqual(gone.payload, ann.key);
      bob.close();
    });

    await t.step("between clients of HTTPS and of HTTP", async () => {
      const ann = await connected({
        port: ports.https,
        tls: {
          hostname: server.domain,
          caCerts: [await server.certificate()],
        },
      });
      const bob = await connected(plain);
      for (let count = 0; count < 50; count++) {
        await ann.send(bob.key, octets(`out ${count}`));
        await bob.send(ann.key, octets(`back ${count}`));
        equal(text((await bob.next()).payload.subarray(32)), `out ${count}`);
        equal(text((await ann.next()).payload.subarray(32)), `back ${count}`);
      }
      ann.close();
      bob.close();
    });

    await t.step(
      "frames behind the head of the request are taken",
      async () => {
        const ann = newIdentity();
        const all = new Uint8Array([
          ...introduction(ann),
          ...frame(TYPES.ping, octets("12345678")),
        ]);
        const client = await IrohClient.connect(plain, {
          identity: ann,
          early: true,
          first: all,
        });
        deepEqual(await client.next(), {
          type: TYPES.pong,
          payload: octets("12345678"),
        });
        client.close();
      },
    );

    await t.step("a key that comes again takes the other's place", async () => {
      const identity = newIdentity();
      const first = await connected(plain, { identity });
      const second = await connected(plain, { identity });
      equal(await first.nextOrEnd(), undefined);
      first.close();
      const other = await connected(plain);
      await other.send(identity.key, octets("to the second"));
      equal(text((await second.next()).payload.subarray(32)), "to the second");
      second.close();
      other.close();
    });

    await t.step("what is for nobody is dropped, in silence", async () => {
      const ann = await connected(plain);
      await ann.send(newIdentity().key, octets("lost"));
      await ann.settle();
      ann.close();
    });

    const good = newIdentity();
    const forged = introduction(good);
    forged[60]! ^= 1;
    const noPoint = introduction(good);
    noPoint.fill(0xff, 14, 46);
    const older = introduction(good);
    older[older.length - 1] = 2;
    for (
      const [what, first] of [
        ["a signature of nobody", forged],
        ["a key that is none", noPoint],
        ["another version", older],
        ["a ping", frame(TYPES.ping, octets("12345678"))],
        ["a datagram", frame(TYPES.send, good.key, octets("x"))],
        ["HTTP", octets("GET / HTTP/1.1\r\n\r\n")],
      ] as const
    ) {
      await t.step(`a client that begins with ${what} is closed`, async () => {
        const client = await IrohClient.connect(plain, { first });
        equal(await client.nextOrEnd(), undefined);
        client.close();
      });
    }

    for (
      const [what, octets_] of [
        ["an unknown frame", frame(10, octets("x"))],
        ["a short datagram", frame(TYPES.send, octets("x"))],
        ["a long ping", frame(TYPES.ping, octets("123456789"))],
        ["a huge frame", Uint8Array.of(4, 0xff, 0xff, 0xff, 0xff)],
        ["what only a relay says", frame(TYPES.health, octets("ill"))],
      ] as const
    ) {
      await t.step(`a client that sends ${what} is closed`, async () => {
        const client = await connected(plain);
        await client.write(octets_);
        equal(await client.nextOrEnd(), undefined);
        client.close();
      });
    }

    for (
      const [what, ignored] of [
        ["a keep-alive", frame(6)],
        ["its preference", frame(7, Uint8Array.of(1))],
        ["a second introduction", introduction(good)],
        ["an answer to no question", frame(TYPES.pong, octets("12345678"))],
        ["that somebody is gone", frame(TYPES.gone, good.key)],
      ] as const
    ) {
      await t.step(`a client that sends ${what} goes on`, async () => {
        const client = await connected(plain);
        await client.write(ignored);
        await client.settle();
        client.close();
      });
    }

    await t.step("in messages of a WebSocket, too", async () => {
      const ann = newIdentity();
      const bob = await connected(plain);
      const socket = new WebSocket(`ws://127.0.0.1:${ports.http}/relay`);
      const received: Uint8Array[] = [];
      const arrival = Promise.withResolvers<void>();
      socket.on("message", (message: Uint8Array) => {
        received.push(new Uint8Array(message));
        if (received.length === 2) arrival.resolve();
      });
      await new Promise<void>((resolve) => socket.once("open", resolve));
      const message = (whole: Uint8Array) =>
        new Uint8Array([whole[0]!, ...whole.subarray(5)]);
      socket.send(message(introduction(ann)));
      socket.send("text is nothing to it");
      socket.ping();
      socket.send(message(frame(TYPES.ping, octets("12345678"))));
      socket.send(message(frame(TYPES.send, bob.key, octets("from the web"))));
      const got = await bob.next();
      deepEqual(got.payload.subarray(0, 32), ann.key);
      equal(text(got.payload.subarray(32)), "from the web");
      await bob.send(ann.key, octets("to the web"));
      await arrival.promise;
      deepEqual(received.map(([type]) => type), [TYPES.pong, TYPES.received]);
      equal(text(received[1]!.subarray(33)), "to the web");
      const closed = new Promise<void>((resolve) =>
        socket.once("close", resolve)
      );
      socket.send(Uint8Array.of(99, 1, 2));
      await closed;
      bob.close();
    });

    await t.step(
      "one that takes nothing loses datagrams, then its place",
      async () => {
        const slow = await connected(plain);
        const ann = await connected(plain);
        const piece = new Uint8Array(60_000);
        for (let count = 0; count < 400; count++) {
          await ann.send(slow.key, piece);
        }
        await ann.settle();
        const { dropped } = await data("iroh", "status");
        ok(dropped.full > 0, JSON.stringify(dropped));
        while (await slow.nextOrEnd()); // the relay ends it
        ann.close();
        slow.close();
      },
    );

    await t.step("what clients ask beforehand is answered", async () => {
      const at = (port: number, path: string, headers = {}) =>
        fetch(`http://127.0.0.1:${port}${path}`, { headers });
      for (const port of [ports.http, ports.iroh]) {
        const ping = await at(port, "/ping");
        equal(ping.status, 200);
        equal(await ping.text(), "");
        equal(ping.headers.get("access-control-allow-origin"), "*");
        const portal = await at(port, "/generate_204", {
          "X-Tailscale-Challenge": "a-b_c.1",
          "X-Iroh-Challenge": "no blanks",
        });
        equal(portal.status, 204);
        equal(portal.headers.get("x-tailscale-response"), "response a-b_c.1");
        equal(portal.headers.get("x-iroh-response"), null);
        const health = await at(port, "/healthz");
        deepEqual(await health.json(), { status: "ok" });
        const relay = await at(port, "/relay");
        equal(relay.status, 400);
        equal(await relay.text(), "");
        const wrong = await fetch(`http://127.0.0.1:${port}/ping`, {
          method: "POST",
        });
        equal(wrong.status, 405);
        await wrong.body?.cancel();
      }
    });

    for (
      const [what, fields, expected] of [
        ["another upgrade", "Upgrade: h2c\r\n", /^HTTP\/1.1 400 /],
        [
          "no key",
          "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n",
          /^HTTP\/1.1 400 /,
        ],
        [
          "another version",
          "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8\r\n",
          /^HTTP\/1.1 400 [^]*sec-websocket-version: 13\r\n/i,
        ],
        [
          "no version",
          "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
          /^HTTP\/1.1 400 /,
        ],
      ] as const
    ) {
      await t.step(`an upgrade with ${what} is refused`, async () => {
        const request =
          `GET /relay HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\n${fields}\r\n`;
        match(await answer(ports.http, request), expected);
      });
    }

    await t.step("beyond the limit of one address it is 429", async () => {
      const clients: IrohClient[] = [];
      await rejects(async () => {
        for (;;) {
          clients.push(await IrohClient.connect(plain));
        }
      }, /^Error: HTTP\/1.1 429 /);
      equal(clients.length, 40);
      for (const client of clients) client.close();
    });

    await t.step(
      "status, traffic and METADATA follow the setting",
      async () => {
        const imap = await ImapClient.connect(
          ports.imapTls,
          await server.certificate(),
        );
        await imap.login("gamers12@chat.example", "correct horse battery");
        equal(await relayEntry(imap), `http://chat.example:${ports.http}`);
        const client = await connected(plain);
        const before = await data("iroh", "status");
        equal(before.enabled, true);
        ok(before.clients >= 1 && before.bytes_in > 0 && before.forwarded > 5);
        await server.command(
          "settings",
          "set",
          "iroh_relay_url",
          "https://other.example",
        );
        equal(await relayEntry(imap), "https://other.example");
        const after = await data("iroh", "disable");
        equal(after.enabled, false);
        equal(await relayEntry(imap), "NIL");
        equal(await client.nextOrEnd(), undefined);
        client.close();
        await rejects(IrohClient.connect(plain), /HTTP\/1.1 404/);
        equal((await data("iroh", "install")).enabled, true);
        (await connected(plain)).close();
        imap.close();
      },
    );

    await t.step("at the end it says when to come back", async () => {
      const client = await connected(plain);
      const ended = server.end("SIGTERM");
      const last = await client.next();
      equal(last.type, TYPES.restarting);
      const view = new DataView(last.payload.buffer);
      const reconnect = view.getUint32(0);
      ok(reconnect >= 1000 && reconnect <= 5000, String(reconnect));
      equal(view.getUint32(4), 30_000);
      equal(await client.nextOrEnd(), undefined);
      client.close();
      await ended;
    });
  } finally {
    await server.dispose();
  }
});

Deno.test("beyond the limit of all clients it is 503, until one leaves", async () => {
  const server = await Server.start({ config: "[iroh]\nmax_clients = 3" });
  const plain = { port: server.ports.http };
  try {
    const clients: IrohClient[] = [];
    for (let count = 0; count < 3; count++) {
      clients.push(await connected(plain));
    }
    const refused = /^Error: HTTP\/1.1 503 /;
    await rejects(() => IrohClient.connect(plain), refused);
    await rejects(
      () => IrohClient.connect({ port: server.ports.iroh }),
      refused,
    );
    clients.pop()?.close();
    for (;;) { // until the relay has seen that
      try {
        clients.push(await connected(plain));
        break;
      } catch (error) {
        match(String(error), refused);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
    for (const client of clients) client.close();
  } finally {
    await server.dispose();
  }
});
