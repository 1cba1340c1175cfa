/**
 * A connection that is ended for what its peer did is never ended in silence: it
 * is counted by service and reason, and is a line of the log that tells of nobody.
 *
 * @module
 */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { deflateRawSync } from "node:zlib";
import type { ListenerName } from "../../src/config/listener_table.ts";
import { adminCall } from "../harness/admin_client.ts";
import { reservePorts } from "../harness/ports.ts";
import { Server } from "../harness/server.ts";
import { happens, LIMIT_MS } from "../harness/until.ts";

const [METRICS_PORT = 0] = reservePorts(1);
const CONFIG = `
[metrics]
listen = "127.0.0.1:${METRICS_PORT}"
[log]
level = "info"
[imap]
compress = true
preauth_timeout_s = 10
[http]
header_timeout_s = 5
[webmail]
webimap = true
`;
const LOGIN = "l LOGIN cutpeople@chat.example a-long-pass-word\r\n";
const WRONG = btoa("\0cutpeople@chat.example\0wrong-pass-word");
const SOCKET = [
  "GET /webimap/ws HTTP/1.1",
  "Host: chat.example",
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "X-Email: cutpeople@chat.example",
  "X-Password: a-long-pass-word",
  "\r\n",
].join("\r\n");

interface Attack {
  readonly at: ListenerName;
  /** Each once the one before was answered; one character an octet. */
  readonly said: readonly string[];
  readonly cut: readonly [service: string, reason: string];
  /** TLS is not begun where it should be. */
  readonly inClear?: true;
  /** It does not close when the other side has. */
  readonly stays?: boolean;
}

const ZEROS = deflateRawSync(new Uint8Array(50_000_000)).toString("latin1");

const ATTACKS: readonly Attack[] = [
  { at: "imap_tls", said: ["a".repeat(70_000)], cut: ["imap", "long_line"] },
  {
    at: "imap_tls",
    said: ["a LOGIN {4294967296+}\r\n"],
    cut: ["imap", "large_literal"],
  },
  {
    at: "imap_tls",
    said: [LOGIN, "a APPEND INBOX {4294967296+}\r\n"],
    cut: ["imap", "large_literal"],
  },
  {
    at: "imap_tls",
    said: ["a FOO\r\n".repeat(200)],
    cut: ["imap", "too_many_errors"],
  },
  { at: "imap_tls", said: [], cut: ["imap", "silent"] },
  {
    at: "imap",
    said: ["a STARTTLS\r\nb LOGIN c d\r\n"],
    cut: ["imap", "too_early"],
  },
  {
    at: "imap",
    said: ["a STARTTLS\r\n", "b LOGIN c d\r\n"],
    cut: ["imap", "handshake"],
  },
  {
    at: "imap_tls",
    said: ["a LOGIN c d\r\n"],
    inClear: true,
    cut: ["imap", "handshake"],
  },
  {
    at: "imap_tls",
    said: [LOGIN, "a COMPRESS DEFLATE\r\nb NOOP\r\n"],
    cut: ["imap", "too_early"],
  },
  {
    at: "imap_tls",
    said: [LOGIN, "a COMPRESS DEFLATE\r\n", "\xff".repeat(100)],
    cut: ["imap", "bad_deflate"],
  },
  {
    at: "imap_tls",
    said: [
      LOGIN,
      "a COMPRESS DEFLATE\r\n",
      deflated("a APPEND INBOX {60000000}\r\n"),
      ZEROS,
    ],
    cut: ["imap", "bad_deflate"],
  },
  {
    at: "smtp",
    said: ["EHLO a\r\n", "STARTTLS\r\nMAIL FROM:<a@b.example>\r\n"],
    cut: ["smtp", "too_early"],
  },
  {
    at: "smtp",
    said: ["\x16\x03\x01\x02\0\x01\0"],
    cut: ["smtp", "not_smtp"],
  },
  {
    at: "submission_tls",
    said: ["FOO\r\n".repeat(25)],
    cut: ["submission", "too_many_errors"],
  },
  {
    at: "submission_tls",
    said: ["EHLO a\r\n", ...Array(3).fill(`AUTH PLAIN ${WRONG}\r\n`)],
    cut: ["submission", "failed_logins"],
  },
  {
    at: "imap_tls",
    said: ["a LOGIN cutpeople@chat.example wrong-pass-word\r\n".repeat(3)],
    cut: ["imap", "failed_logins"],
  },
  {
    at: "submission",
    said: ["EHLO a\r\n", "STARTTLS\r\n", "EHLO a\r\n"],
    cut: ["submission", "handshake"],
  },
  {
    at: "submission_tls",
    said: ["EHLO a\r\n"],
    inClear: true,
    cut: ["submission", "handshake"],
  },
  { at: "https", said: ["\0\r\n\r\n"], cut: ["http", "malformed"] },
  {
    at: "http",
    said: ["GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"],
    cut: ["http", "malformed"],
  },
  {
    at: "http",
    said: ["GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"],
    stays: true,
    cut: ["http", "malformed"],
  },
  {
    at: "http",
    said: [`GET /${"a".repeat(9000)} HTTP/1.1\r\nHost: a\r\n\r\n`],
    cut: ["http", "target_too_long"],
  },
  {
    at: "http",
    said: [`GET / HTTP/1.1\r\nA: ${"a".repeat(20_000)}\r\n\r\n`],
    cut: ["http", "head_too_large"],
  },
  { at: "http", said: ["GET / HTTP/1.1\r\n"], cut: ["http", "silent"] },
  {
    at: "https",
    said: [SOCKET, "\xff"],
    cut: ["http", "bad_frame"], // RFC 6455 §5.2
  },
  {
    at: "https",
    said: [SOCKET, "\x81\x81\0\0\0\0\xff"],
    cut: ["http", "not_text"],
  },
  {
    at: "https",
    said: [SOCKET, "\x82\xff\0\0\x01\0\0\0\0\0\0\0\0\0"],
    cut: ["http", "large_message"],
  },
  {
    at: "https",
    said: ["GET / HTTP/1.1\r\n\r\n"],
    inClear: true,
    cut: ["http", "handshake"],
  },
];

/** The beginning of a stream that goes on. */
function deflated(text: string): string {
  const octets = deflateRawSync(text, { finishFlush: 2 }); // Z_SYNC_FLUSH
  return octets.toString("latin1");
}

/** Says it all, and waits for the end. */
async function play(
  server: Server,
  { at, said, inClear, stays = false }: Attack,
): Promise<void> {
  const { hostname: host, port } = server.endpoint(at);
  const isSecure = !inClear && /_tls$|https/.test(at);
  const socket: Socket = isSecure
    ? connectTls({ host, port, rejectUnauthorized: false })
    : connect({ host, port, allowHalfOpen: stays });
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  let heard = Promise.withResolvers<void>();
  socket.on("data", () => heard.resolve());
  for (const event of ["end", "close", "error"]) {
    socket.on(event, () => {
      heard.resolve();
      if (event !== "end" || !stays) resolve();
    });
  }
  const timer = setTimeout(() => socket.destroy(), LIMIT_MS);
  const more = setInterval(() => {
    // which tells one who does not close that the other side is gone
    if (stays && socket.readableEnded) socket.write(" ");
  }, 500);
  const speaksFirst = at.startsWith("http") || inClear === true;
  if (speaksFirst) heard.resolve();
  for (const part of said) {
    await heard.promise;
    heard = Promise.withResolvers();
    if (socket.writable) socket.write(part, "latin1");
  }
  await ended;
  clearTimeout(timer);
  clearInterval(more);
  socket.destroy();
}

const BY_TLS = {
  imap_tls: "imap",
  submission_tls: "submission",
  https: "http",
} as const;
type ByTls = keyof typeof BY_TLS;
const ALL_BY_TLS = Object.keys(BY_TLS) as ByTls[];

/** Connects to all that begins with TLS, without a word. */
async function comeInSilence(server: Server): Promise<Socket[]> {
  return await Promise.all(ALL_BY_TLS.map(async (at) => {
    const { hostname: host, port } = server.endpoint(at);
    const socket = connect({ host, port });
    socket.on("error", () => {});
    await once(socket, "connect");
    return socket;
  }));
}

/** Whoever comes after somebody is served, so they are as well. */
async function comeAfter(server: Server): Promise<Socket[]> {
  return await Promise.all(ALL_BY_TLS.map(async (at) => {
    const { hostname: host, port } = server.endpoint(at);
    const socket = connectTls({ host, port, rejectUnauthorized: false });
    socket.on("error", () => {});
    await once(socket, at === "https" ? "secureConnect" : "data");
    return socket;
  }));
}

async function cuts(): Promise<ReadonlyMap<string, number>> {
  const answer = await fetch(`http://127.0.0.1:${METRICS_PORT}/metrics`);
  const text = await answer.text();
  const line =
    /^chatmail_connections_cut_total\{service="(\w+)",reason="(\w+)"\} (\d+)$/gm;
  return new Map(
    [...text.matchAll(line)].map(([, service, reason, count]) =>
      [`${service} ${reason}`, Number(count)] as const
    ),
  );
}

Deno.test("a connection is never ended in silence for what its peer did", async (t) => {
  const server = await Server.start({ config: CONFIG });
  try {
    for (const attack of ATTACKS) {
      const [service, reason] = attack.cut;
      const name = `${service} ${reason}`;
      const begins = JSON.stringify(attack.said.join("").slice(0, 40));
      await t.step(`${attack.at}: ${reason} for ${begins}`, async () => {
        const before = await cuts();
        const lines = linesOf(server, service, reason);
        const all = linesOf(server);
        await play(server, attack);
        const had = before.get(name) ?? 0;
        // the line comes by a pipe, the number when it is asked for
        await happens(async () =>
          (await cuts()).get(name) !== (had || undefined) &&
          linesOf(server, service, reason) > lines
        );
        assert.equal((await cuts()).get(name), had + 1);
        assert.equal(linesOf(server), all + 1, "It is told once");
      });
    }
    await t.step("`status` says how many there were", async () => {
      const { services } = await adminCall(server, "status");
      const counted = [...await cuts()];
      for (const { name, cut } of services) {
        const known = counted.filter(([key]) => key.startsWith(`${name} `))
          .reduce((sum, [, count]) => sum + count, 0);
        assert.equal(cut, known, name);
        assert.equal(cut > 0, name !== "shadowsocks", name);
      }
    });
  } finally {
    await server.dispose();
  }
});

Deno.test("a handshake that does not begin is told of, unless it is left", async () => {
  const tls = '[tls]\nmode = "self_signed"\nhandshake_timeout_s = 8';
  const server = await Server.start({ config: CONFIG, tls });
  const sockets: Socket[] = [];
  try {
    // as looks whether a port is open, the relay's own among them
    for (const socket of await comeInSilence(server)) socket.destroy();
    for (const socket of await comeInSilence(server)) socket.resetAndDestroy();
    for (const socket of await comeAfter(server)) socket.destroy();
    assert.equal(linesOf(server), 0);
    sockets.push(...await comeInSilence(server));
    const services = Object.values(BY_TLS);
    const told = () =>
      services.map((service) => linesOf(server, service, "handshake"));
    await happens(() => Promise.resolve(!told().includes(0)));
    assert.deepEqual([...told(), linesOf(server)], [1, 1, 1, 3]);
    const counted = await cuts();
    for (const service of services) {
      assert.equal(counted.get(`${service} handshake`), 1, service);
    }
  } finally {
    for (const socket of sockets) socket.destroy();
    await server.dispose();
  }
});

Deno.test("a handshake that ends with the server is nobody's fault", async () => {
  const server = await Server.start({ config: CONFIG });
  const sockets: Socket[] = [];
  try {
    sockets.push(...await comeInSilence(server), ...await comeAfter(server));
    const before = linesOf(server);
    await server.end("SIGTERM");
    assert.equal(linesOf(server), before);
  } finally {
    for (const socket of sockets) socket.destroy();
    await server.dispose();
  }
});

/** How often it was logged, with nothing else in the line. */
function linesOf(server: Server, service = "\\w+", reason = "\\w+"): number {
  const line = new RegExp(
    `^\\S+ INFO cut service=${service} reason=${reason}$`,
    "gm",
  );
  return server.output.match(line)?.length ?? 0;
}
