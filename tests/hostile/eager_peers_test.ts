/**
 * Peers whose octets are always there already, and who take all at once: whatever
 * they send, everybody else's timers and sockets have their turn.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Duplex } from "node:stream";
import type { Socket } from "node:net";
import { DEFAULT_LIMITS } from "../../src/http/peer.ts";
import { RequestReceiver } from "../../src/http/proto/request_receiver.ts";
import { RequestBody } from "../../src/http/server/request_body.ts";
import { ServerWebSocket } from "../../src/http/server/web_socket_peer.ts";
import { NativeConnection } from "../../src/net/native_connection.ts";
import { NativeWire } from "../../src/net/native_wire.ts";
import { SocketWire } from "../../src/net/socket_wire.ts";
import type { Wire } from "../../src/net/wire.ts";
import type { TlsUpgrade } from "../../src/net/tls_upgrade.ts";
import { clientFrame } from "../harness/client_frames.ts";

/** Nobody waits so long for a turn. */
const LIMIT_MS = 10_000;
const SLOW_MS = 1;
const ENDLESS = 1 << 30;
const NO_TLS = {} as TlsUpgrade;
const OCTETS = new Uint8Array(16_384);

/** Ends what a peer says once a timer was heard. */
class Others {
  heard = false;
  readonly #startedAt = performance.now();

  constructor() {
    setTimeout(() => this.heard = true, 0);
  }

  /** Asked with each piece. @throws {Error} when they wait for too long */
  get wait(): boolean {
    const waitedMs = performance.now() - this.#startedAt;
    if (!this.heard && waitedMs > LIMIT_MS) throw new Error("Nobody else");
    return !this.heard;
  }
}

/** Says the same again and again, until others were heard. */
function eagerWire(others: Others, said: Uint8Array): NativeWire {
  let rest = new Uint8Array();
  const address = { transport: "tcp", hostname: "127.0.0.1", port: 9 };
  const connection = {
    remoteAddr: address,
    localAddr: address,
    read(buffer: Uint8Array): Promise<number | null> {
      if (!others.wait) return Promise.resolve(null);
      if (rest.length === 0) rest = new Uint8Array(said);
      const given = rest.subarray(0, buffer.length);
      buffer.set(given);
      rest = rest.subarray(given.length);
      return Promise.resolve(given.length);
    },
    write: (octets: Uint8Array) => Promise.resolve(octets.length),
    closeWrite: () => Promise.resolve(),
    close: () => {},
  };
  return new NativeWire(
    new NativeConnection(connection as unknown as Deno.TcpConn),
  );
}

function eagerSocket(others: Others): Wire {
  const socket = new Duplex({
    read() {
      this.push(others.wait ? OCTETS : null);
    },
    write: (_chunk, _encoding, done) => done(),
  });
  return new SocketWire(
    Object.assign(socket, {
      setNoDelay() {},
      remoteAddress: "127.0.0.1",
    }) as unknown as Socket,
    NO_TLS,
  );
}

async function readAll(wire: Wire): Promise<void> {
  while (await wire.read() !== undefined);
}

async function listened(
  others: Others,
  said: Uint8Array,
  take = () => {},
): Promise<void> {
  const wire = eagerWire(others, said);
  const socket = new ServerWebSocket(wire, { maxMessageOctets: ENDLESS });
  await socket.serve(Promise.resolve({
    take: () => void take(),
    end: () => {},
  }));
}

async function asked(others: Others, said: Uint8Array): Promise<void> {
  const wire = eagerWire(others, said);
  const socket = new ServerWebSocket(wire, { maxMessageOctets: ENDLESS });
  while (await socket.receive() !== undefined);
}

const PING = clientFrame(new Uint8Array(125), { opcode: 9 });
const PONG = clientFrame("", { opcode: 10 });
const TEXT = clientFrame("", { opcode: 1 });
const FRAGMENT = clientFrame("", { opcode: 0, isLast: false });

function many(frame: Uint8Array, first: Uint8Array = frame): Uint8Array {
  const all = new Uint8Array(first.length + 1000 * frame.length);
  all.set(first);
  for (let i = 0; i < 1000; i++) {
    all.set(frame, first.length + i * frame.length);
  }
  return all;
}

const CASES: Readonly<Record<string, (others: Others) => Promise<void>>> = {
  "octets of a native connection": (others) =>
    readAll(eagerWire(others, OCTETS)),
  "octets of a socket": (others) => readAll(eagerSocket(others)),
  "octets that a native connection takes": async (others) => {
    const wire = eagerWire(others, OCTETS);
    while (others.wait) await wire.write(OCTETS);
  },
  "octets that a socket takes": async (others) => {
    const wire = eagerSocket(others);
    while (others.wait) await wire.write(OCTETS);
  },
  "pings on a WebSocket": (others) => listened(others, many(PING)),
  "pongs on a WebSocket": (others) => listened(others, many(PONG)),
  "messages on a WebSocket": (others) => listened(others, many(TEXT)),
  "messages that are asked for": (others) => asked(others, many(TEXT)),
  "pongs where messages are asked for": (others) => asked(others, many(PONG)),
};

for (const [name, run] of Object.entries(CASES)) {
  Deno.test(`others have their turn beside ${name}`, async () => {
    const others = new Others();
    await run(others);
    assert.ok(others.heard);
  });
}

Deno.test("others have their turn beside fragments that never end", async () => {
  const others = new Others();
  const first = clientFrame("", { opcode: 1, isLast: false });
  let isFirst = true;
  const wire = eagerWire(others, many(FRAGMENT));
  const read = wire.read.bind(wire);
  wire.read = () => {
    if (!isFirst) return read();
    isFirst = false;
    return Promise.resolve(first);
  };
  const socket = new ServerWebSocket(wire, { maxMessageOctets: ENDLESS });
  assert.equal(await socket.receive(), undefined);
  assert.ok(others.heard);
});

Deno.test("others have their turn between two messages of one read that take long", async () => {
  const others = new Others();
  let before = 0;
  await listened(others, many(TEXT), () => {
    if (others.heard) return;
    before++;
    const until = performance.now() + SLOW_MS;
    while (performance.now() < until);
  });
  assert.ok(before < 100, `${before}`); // of the thousand that one read brings
});

const CHUNKS = new TextEncoder().encode("1\r\na\r\n".repeat(5000));

function bodyInChunks(wire: Wire): RequestBody {
  const receiver = new RequestReceiver(1000);
  receiver.push(new TextEncoder().encode(
    "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
  ));
  assert.equal(receiver.next()?.kind, "head");
  return new RequestBody({ kind: "chunked" }, {
    limits: { ...DEFAULT_LIMITS, bodyOctets: ENDLESS },
    receiver,
    read: () => wire.read(),
    askFor: () => Promise.resolve(),
    onComplete: () => {},
  });
}

Deno.test("others have their turn beside chunks of one octet, which are gathered", async () => {
  const others = new Others();
  const body = bodyInChunks(eagerWire(others, CHUNKS));
  let parts = 0;
  let octets = 0;
  await assert.rejects(async () => {
    for await (const part of body.stream) {
      parts++;
      octets += part.length;
    }
  }, /before the end/);
  assert.ok(others.heard);
  assert.ok(parts > 0 && parts < octets / 20, `${parts} of ${octets}`);
});
