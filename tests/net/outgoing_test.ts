/**
 * What we send to other servers, over real connections to our own: SMTP with
 * STARTTLS, and POST over TLS.
 */
import assert from "node:assert/strict";
import type { Socket } from "node:net";
import { createServer } from "node:net";
import { createSecureContext } from "node:tls";
import { readText } from "../../src/http/body.ts";
import { HttpTrouble, post } from "../../src/http/client/post.ts";
import { HttpServer } from "../../src/http/server/server.ts";
import {
  dial,
  type DialledWire,
  type DialOptions,
  dialTls,
} from "../../src/net/dial.ts";
import { NativeConnection } from "../../src/net/native_connection.ts";
import { SocketListener } from "../../src/net/socket_listener.ts";
import { SocketWire } from "../../src/net/socket_wire.ts";
import { serverUpgrade } from "../../src/net/tls_upgrade.ts";
import {
  type OutgoingMessage,
  SmtpTrouble,
} from "../../src/smtp/client/outcome.ts";
import { SmtpClient } from "../../src/smtp/client/session.ts";
import { makeSelfSigned } from "../../src/tls/self_signed.ts";
import { TestAuthority } from "../harness/authority.ts";
import { connectionsTo, openOf } from "../harness/descriptors.ts";
import { LIMITS } from "../harness/http_test_server.ts";
import { MemoryBackend } from "../smtp/memory_backend.ts";
import { testServer } from "../smtp/transcript.ts";
import { happens } from "../harness/until.ts";

const NAME = "relay.example";
/** Nobody's patience ends. */
const PATIENT_MS = 600_000;
const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const timers = {
  sleep: (durationMs: number) =>
    new Promise<void>((resolve) => setTimeout(resolve, durationMs)),
  every(periodMs: number, tick: () => void) {
    const timer = setInterval(tick, periodMs);
    return () => clearInterval(timer);
  },
};
const authority = await TestAuthority.make();
const good = await authority.issue([NAME]);
const wrong = await authority.issue(["c.example"]);
const expired = await authority.issue([NAME], [-30, -1]);
const selfSigned = await makeSelfSigned({
  names: [NAME],
  nowMs: Date.now(),
  days: 30,
});

const MESSAGE: OutgoingMessage = {
  reversePath: "eve@b.example",
  recipients: ["ann@relay.example"],
  sizeOctets: 11,
  utf8: false,
  eightBit: false,
  async *content() {
    yield new TextEncoder().encode("A: b\r\n\r\n.\r\n");
    await Promise.resolve();
  },
};

function optionsFor(
  port: number,
  certificate: "verified" | "any" = "verified",
): DialOptions {
  return {
    addresses: ["127.0.0.1"],
    port,
    deadlineMs: PATIENT_MS,
    tls: { host: NAME, certificate, roots: [authority.rootPem] },
    clock,
    timers,
  };
}

async function freed(sockets: ReadonlySet<string>): Promise<void> {
  await happens(() => openOf(sockets).size === 0);
}

/** Our SMTP server on port 25's terms. */
async function mx(
  pair: { chainPem: string; keyPem: string },
  test: (port: number, backend: MemoryBackend) => Promise<void>,
): Promise<void> {
  const backend = new MemoryBackend();
  backend.maxMessageOctets = 10_000_000;
  const context = createSecureContext({
    cert: pair.chainPem,
    key: pair.keyPem,
  });
  const server = testServer(backend, {
    clock,
    timers,
  });
  const listener = await SocketListener.open({
    address: { hostname: "127.0.0.1", port: 0 },
    onFault: (error) => assert.fail(String(error)),
    onSocket: (socket) =>
      server.serve(new SocketWire(socket, serverUpgrade(() => context)), "mx"),
  });
  try {
    await test(listener.address.port, backend);
    assert.deepEqual(backend.bugs, []);
  } finally {
    await server.shutdown(1000);
    await listener.close();
  }
}

/** A peer that only does what it is told to. */
async function peer(
  onSocket: (socket: Socket) => void,
  test: (port: number) => Promise<void>,
): Promise<void> {
  const accepted = new Set<Socket>();
  const server = createServer((socket) => {
    accepted.add(socket);
    socket.on("error", () => {});
    onSocket(socket);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  try {
    await test((server.address() as { port: number }).port);
  } finally {
    for (const socket of accepted) socket.destroy();
    server.close();
  }
}

function clientOn(wire: DialledWire): SmtpClient {
  return new SmtpClient({ wire, name: "b.example", timers });
}

Deno.test("mail goes to a server whose certificate is verified, over one connection", () =>
  mx(good, async (port, backend) => {
    const wire = await dial(optionsFor(port));
    const sockets = connectionsTo(port);
    const client = clientOn(wire);
    await client.greet();
    assert.equal(client.extensions.startTls, true);
    await client.startTls();
    assert.equal(client.extensions.startTls, false);
    assert.deepEqual(
      { ...wire.identity, fingerprint: "" },
      { protocol: "TLSv1.3", fingerprint: "" },
    );
    const sizeOctets = 3_000_000;
    const large = {
      ...MESSAGE,
      sizeOctets,
      async *content() {
        for (let at = 0; at < sizeOctets; at += 1000) {
          yield new TextEncoder().encode(`${"x".repeat(998)}\r\n`);
        }
        await Promise.resolve();
      },
    };
    for (const message of [MESSAGE, large]) {
      assert.equal((await client.send(message)).kind, "accepted");
    }
    await client.quit();
    await wire.gone;
    await freed(sockets);
    assert.deepEqual(
      backend.messages.map(({ sender, text }) => [
        sender.peer.secure,
        text.length,
      ]),
      [[true, 11], [true, sizeOctets]],
    );
  }));

for (
  const [what, pair] of Object.entries({ wrong, expired, selfSigned })
) {
  Deno.test(`no mail goes to a server whose certificate is ${what} where it has to be verified`, () =>
    mx(pair, async (port, backend) => {
      const wire = await dial(optionsFor(port));
      const sockets = connectionsTo(port);
      const client = clientOn(wire);
      await client.greet();
      await assert.rejects(
        client.startTls(),
        (error) => error instanceof SmtpTrouble && error.kind === "tls",
      );
      await wire.gone;
      await freed(sockets);
      assert.deepEqual(backend.messages, []);
      const other = await dial(optionsFor(port, "any"));
      const second = clientOn(other);
      await second.greet();
      await second.startTls();
      assert.notEqual(other.identity?.fault, undefined);
      assert.equal((await second.send(MESSAGE)).kind, "accepted");
      await second.quit();
    }));
}

Deno.test("what a server says in clear after STARTTLS is not believed", () =>
  peer((socket) => {
    socket.write(`220 ${NAME}\r\n`);
    socket.on("data", (octets: Uint8Array) => {
      const line = new TextDecoder().decode(octets);
      if (line.startsWith("EHLO")) {
        socket.write(`250-${NAME}\r\n250 STARTTLS\r\n`);
      } else if (line.startsWith("STARTTLS")) {
        socket.write(`220 go\r\n250-${NAME}\r\n250 SIZE 1\r\n`);
        socket.write(`250 more\r\n`);
      }
    });
  }, async (port) => {
    const wire = await dial(optionsFor(port, "any"));
    const sockets = connectionsTo(port);
    const client = clientOn(wire);
    await client.greet();
    await assert.rejects(client.startTls(), SmtpTrouble);
    assert.equal(client.extensions.maxSizeOctets, undefined);
    await wire.gone;
    await freed(sockets);
  }));

Deno.test("a server that stops reading, or is reset, costs its deadline and no descriptor", async () => {
  const chunk = new Uint8Array(1_000_000);
  const endless: OutgoingMessage = {
    ...MESSAGE,
    async *content() {
      for (;;) yield await Promise.resolve(chunk);
    },
  };
  for (const [reset, kind] of [[false, "timeout"], [true, "lost"]] as const) {
    await peer((socket) => {
      socket.write(`220 ${NAME}\r\n`);
      socket.on("data", (octets: Uint8Array) => {
        const text = new TextDecoder().decode(octets);
        if (text.startsWith("EHLO")) socket.write(`250 ${NAME}\r\n`);
        else if (/^(?:MAIL|RCPT)/.test(text)) socket.write("250 ok\r\n");
        else if (text.startsWith("DATA")) {
          socket.write("354 go\r\n");
          socket.pause();
          if (reset) setTimeout(() => socket.resetAndDestroy(), 100);
        }
      });
    }, async (port) => {
      const wire = await dial(optionsFor(port));
      const sockets = connectionsTo(port);
      const client = new SmtpClient({
        wire,
        name: "b.example",
        timers,
        deadlines: {
          greetingMs: PATIENT_MS,
          commandMs: PATIENT_MS,
          dataMs: PATIENT_MS,
          writeMs: reset ? PATIENT_MS : 500,
          finalMs: PATIENT_MS,
        },
      });
      await client.greet();
      await assert.rejects(
        client.send(endless),
        (error) => error instanceof SmtpTrouble && error.kind === kind,
      );
      await wire.gone;
      await freed(sockets);
    });
  }
});

async function web(
  pair: { chainPem: string; keyPem: string },
  test: (port: number, heard: string[]) => Promise<void>,
): Promise<void> {
  const heard: string[] = [];
  const bugs: unknown[] = [];
  const server = new HttpServer({
    clock,
    timers,
    handler: async (request, exchange) => {
      exchange.limit({ bodyOctets: 1_000_000 });
      const body = await readText(request, 1_000_000);
      heard.push(`${request.url} ${body.length}`);
      return new Response("OK");
    },
    limits: () => LIMITS,
    trustedProxies: () => [],
    onMail: () => assert.fail("Nobody asked for mail"),
    onRefused: () => assert.fail("There is room"),
    reportBug: (error) => bugs.push(error),
  });
  const listener = Deno.listenTls({
    hostname: "127.0.0.1",
    port: 0,
    cert: pair.chainPem,
    key: pair.keyPem,
    alpnProtocols: ["http/1.1", "imap", "smtp"],
  });
  const accepting = (async () => {
    try {
      for await (const connection of listener) {
        void server.serveTls(new NativeConnection(connection));
      }
    } catch {
      // closed
    }
  })();
  try {
    await test((listener.addr as Deno.NetAddr).port, heard);
    assert.deepEqual(bugs, []);
  } finally {
    await server.stop();
    server.destroy();
    listener.close();
    await accepting;
  }
}

const POST = {
  host: NAME,
  target: "/mxdeliv",
  fields: [["X-Mail-To", "ann@relay.example"]],
  sizeOctets: 200_000,
  async *content() {
    for (let i = 0; i < 20; i++) {
      yield await Promise.resolve(new Uint8Array(10_000).fill(65));
    }
  },
} as const;
const PATIENCE = { timers, stallMs: PATIENT_MS, responseMs: PATIENT_MS };

Deno.test("post() sends two messages over one verified connection", () =>
  web(good, async (port, heard) => {
    const options = optionsFor(port);
    const wire = await dialTls({
      ...options,
      tls: { ...options.tls, alpn: ["http/1.1"] },
    });
    const sockets = connectionsTo(port);
    assert.equal(wire.identity?.alpn, "http/1.1");
    for (let i = 0; i < 2; i++) {
      assert.equal((await post(wire, POST, PATIENCE)).status, 200);
    }
    wire.close();
    await wire.gone;
    await freed(sockets);
    assert.deepEqual(
      heard,
      Array(2).fill(`https://${NAME}/mxdeliv 200000`),
    );
  }));

Deno.test("nothing is sent over TLS that is not verified, unless any may be", () =>
  web(selfSigned, async (port, heard) => {
    await assert.rejects(dialTls(optionsFor(port)), { fault: "self_signed" });
    assert.deepEqual(heard, []);
    const wire = await dialTls(optionsFor(port, "any"));
    assert.equal((await post(wire, POST, PATIENCE)).status, 200);
    wire.close();
    await wire.gone;
    await freed(connectionsTo(port));
  }));

Deno.test("post() gives up a server that says nothing, and frees the connection", () =>
  peer(() => {}, async (port) => {
    const wire = await dial(optionsFor(port));
    const sockets = connectionsTo(port);
    await assert.rejects(
      post(wire, POST, { ...PATIENCE, responseMs: 100 }),
      (error) => error instanceof HttpTrouble && error.kind === "timeout",
    );
    await wire.gone;
    await freed(sockets);
  }));
