/** Sessions of Shadowsocks on wires in memory: who is served, and what others hear. @module */
import assert from "node:assert/strict";
import { concat, utf8 } from "../../src/base/octets.ts";
import { systemRandom } from "../../src/base/random.ts";
import {
  METHOD_NAMES,
  type MethodName,
  METHODS,
} from "../../src/shadowsocks/proto/methods.ts";
import { secretOfOctets } from "../../src/shadowsocks/proto/shared_key.ts";
import {
  type Aead,
  type AeadKey,
  RUNTIME_AEAD,
} from "../../src/shadowsocks/server/aead.ts";
import { ShadowsocksServer } from "../../src/shadowsocks/server/server.ts";
import { TestTime } from "../harness/test_time.ts";
import { ShadowsocksClient, uint16 } from "./shadowsocks_client.ts";
import { WireEnd, wirePair } from "./wire_pair.ts";

const PASSWORD = secretOfOctets(Uint8Array.from({ length: 32 }, (_, i) => i));
const PEER = "192.0.2.7";

interface World {
  readonly time: TestTime;
  readonly server: ShadowsocksServer;
  /** Ports that were asked for, with our end of each connection. */
  readonly services: { port: number; peer: string; wire: WireEnd }[];
  connect(): WireEnd;
  /** Keys that were made and have not ended. */
  keysHeld(): number;
  /** What a client of this server sends. */
  client(): ShadowsocksClient;
}

function world(method: MethodName, password = PASSWORD): World {
  const time = new TestTime();
  const services: World["services"] = [];
  const held = new Set<AeadKey>();
  const server = new ShadowsocksServer({
    clock: time,
    timers: time,
    random: systemRandom,
    backend: {
      access: () => password === "" ? undefined : { method, password },
      aead: () => ({ key: (...given) => counted(given, held) }),
      limits: () => ({ handshakeMs: 10_000, idleMs: 600_000 }),
      reach(port, peer) {
        if (port !== 993) return Promise.resolve(undefined);
        const [ours, theirs] = wirePair("127.0.0.1");
        services.push({ port, peer, wire: theirs });
        return Promise.resolve(ours);
      },
    },
  });
  return {
    time,
    server,
    services,
    connect() {
      const [ours, theirs] = wirePair(PEER);
      void server.serve(ours);
      return theirs;
    },
    client: () => new ShadowsocksClient(method, PASSWORD),
    keysHeld: () => held.size,
  };
}

function counted(
  given: Parameters<Aead["key"]>,
  held: Set<AeadKey>,
): AeadKey {
  const key = RUNTIME_AEAD.key(...given);
  held.add(key);
  key.end = () => void held.delete(key);
  return key;
}

/** As the server's clock has it. */
function now({ time }: World): { now: number } {
  return { now: Math.floor(time.now() / 1000) };
}

for (const method of METHOD_NAMES) {
  Deno.test(`${method}: octets go both ways, and each end is told`, async () => {
    const w = world(method);
    const wire = w.connect();
    const client = w.client();
    const request = client.request({ ...now(w), first: "a login" });
    // in single octets, as a network may bring them
    for (const octet of request) wire.send(Uint8Array.of(octet));
    await wire.settle();
    const [service] = w.services;
    assert.ok(service);
    assert.deepEqual([service.port, service.peer], [993, PEER]);
    assert.equal(service.wire.text, "a login");
    const long = "x".repeat(METHODS[method].maxPayload);
    wire.send(concat([client.chunk(utf8(long)), client.chunk(utf8("y"))]));
    await wire.settle();
    assert.equal(service.wire.text, `a login${long}y`);
    service.wire.send(utf8("z".repeat(70_000)));
    service.wire.send(utf8("!"));
    service.wire.end();
    await wire.settle();
    assert.equal(client.open(wire.received), `${"z".repeat(70_000)}!`);
    assert.ok(wire.hasEnded);
    wire.end();
    await wire.settle();
    assert.ok(service.wire.hasEnded);
    const { streams, octetsIn, octetsOut } = w.server.figures;
    assert.deepEqual([streams, octetsIn, octetsOut], [
      1,
      8 + long.length,
      70_001,
    ]);
  });

  Deno.test(`${method}: however a client goes, its keys go with it`, async () => {
    const w = world(method);
    const wire = w.connect();
    wire.send(w.client().request({ ...now(w), first: "a login" }));
    await wire.settle();
    assert.equal(w.keysHeld(), 2);
    w.services[0]!.wire.end();
    wire.end();
    await wire.settle();
    assert.equal(w.keysHeld(), 0);
    const stranger = w.connect();
    stranger.send(new Uint8Array(200));
    await stranger.settle();
    assert.equal(w.keysHeld(), 1);
    stranger.end();
    await stranger.settle();
    assert.equal(w.keysHeld(), 0);
    const other = w.connect();
    other.send(w.client().request(now(w)));
    await other.settle();
    assert.equal(w.keysHeld(), 2);
    w.server.cut();
    await other.settle();
    assert.equal(w.keysHeld(), 0);
  });

  Deno.test(`${method}: what was sent once is not served again`, async () => {
    const w = world(method);
    const request = w.client().request({ ...now(w), first: "a login" });
    w.connect().send(request);
    const again = w.connect();
    again.send(request);
    await again.settle();
    assert.equal(w.services.length, 1);
    assert.equal(w.server.figures.refused.replayed, 1);
    assert.equal(again.received.length, 0);
    assert.ok(!again.hasEnded);
  });

  Deno.test(`${method}: nobody without the key hears anything, however much is sent`, async () => {
    const w = world(method);
    const valid = w.client().request({ ...now(w), first: "a login" });
    const probes = [
      new Uint8Array(0),
      ...[1, 15, 16, 17, 32, 33, 50, 51, 66, 67, 100, 1000, 70_000].map(
        (size) =>
          concat(
            Array.from(
              { length: Math.ceil(size / 60_000) },
              (_, i) => systemRandom(Math.min(60_000, size - i * 60_000)),
            ),
          ),
      ),
      utf8("GET / HTTP/1.1\r\nHost: chat.example\r\n\r\n"),
      Uint8Array.of(5, 1, 0),
      // a valid one with one octet changed, at each place
      ...Array.from(
        valid,
        (_, at) => valid.map((octet, i) => i === at ? octet ^ 1 : octet),
      ),
    ];
    const wires = probes.map((probe) => {
      const wire = w.connect();
      if (probe.length > 0) wire.send(probe);
      return wire;
    });
    await wires[0]!.settle();
    await w.time.pass(29_000);
    for (const [at, wire] of wires.entries()) {
      assert.equal(wire.received.length, 0, `probe ${at} was answered`);
      assert.ok(!wire.isOver, `probe ${at} was hung up on`);
    }
    assert.equal(w.services.length, 0);
    // nor is what comes too late served
    const late = wires[0]!;
    late.send(w.client().request({ ...now(w), first: "a login" }));
    await w.time.pass(80_000);
    assert.equal(w.services.length, 0);
    for (const [at, wire] of wires.entries()) {
      assert.equal(wire.received.length, 0, `probe ${at} was answered`);
      assert.ok(wire.isOver, `probe ${at} was never let go`);
    }
  });
}

Deno.test("a request is read as the specification has it", async () => {
  const w = world("aes-128-gcm", "test");
  const wire = w.connect();
  wire.send(Uint8Array.fromHex(
    "000102030405060708090a0b0c0d0e0f" +
      "c44ca1b4dade9cd34a41048115e63cb4b777" +
      "6770e06f441cbb04c8c29f342dc886e7dca073013b096af894baf138a8aea636",
  ));
  await wire.settle();
  assert.equal(w.services[0]?.port, 993);
});

Deno.test("2022: what was made long ago, or is still to be made, is not served", async () => {
  const w = world("2022-blake3-aes-128-gcm");
  for (const difference of [-31, 31, -86_400, 1e9]) {
    const at = now(w).now + difference;
    w.connect().send(w.client().request({ now: at, first: "a login" }));
  }
  const right = w.connect();
  right.send(w.client().request({ now: now(w).now - 30, first: "a login" }));
  await right.settle();
  assert.equal(w.services.length, 1);
  assert.equal(w.server.figures.refused.replayed, 4);
});

Deno.test("2022: a request without padding and content, or with too much padding, is none", async () => {
  const w = world("2022-blake3-aes-256-gcm");
  w.connect().send(w.client().request({ ...now(w), padding: 0 }));
  const wire = w.connect();
  wire.send(w.client().request({ ...now(w), padding: 901 }));
  await wire.settle();
  assert.equal(w.services.length, 0);
  assert.equal(w.server.figures.refused.stranger, 2);
});

Deno.test("what we have sent cannot be sent back to us", async () => {
  const w = world("aes-128-gcm");
  const wire = w.connect();
  wire.send(w.client().request({ first: "a login" }));
  await wire.settle();
  // shaped like a request: type, length, name, port
  w.services[0]!.wire.send(
    concat([Uint8Array.of(3, 4), utf8("mail"), uint16(993)]),
  );
  await wire.settle();
  const back = w.connect();
  back.send(wire.received);
  await back.settle();
  assert.equal(w.services.length, 1);
  assert.equal(w.server.figures.refused.replayed, 1);
});

Deno.test("a port that is not for clients is hung up on without a word", async () => {
  const w = world("chacha20-ietf-poly1305");
  const wire = w.connect();
  wire.send(w.client().request({ port: 25, first: "EHLO x" }));
  await wire.settle();
  assert.equal(wire.received.length, 0);
  assert.ok(wire.hasEnded);
  assert.equal(w.server.figures.refused.port, 1);
});

Deno.test("a stream that somebody has changed ends, and so does what it led to", async () => {
  const w = world("chacha20-ietf-poly1305");
  const wire = w.connect();
  const client = w.client();
  wire.send(client.request({ first: "a" }));
  await wire.settle();
  const chunk = client.chunk(utf8("b"));
  chunk[chunk.length - 1]! ^= 1;
  wire.send(chunk);
  await wire.settle();
  assert.ok(wire.isOver);
  assert.ok(w.services[0]!.wire.isOver);
  assert.equal(w.services[0]!.wire.text, "a");
});

Deno.test("a client that has said all still hears the rest", async () => {
  const w = world("aes-256-gcm");
  const wire = w.connect();
  const client = w.client();
  wire.send(client.request({ first: "a" }));
  wire.end();
  await wire.settle();
  const [service] = w.services;
  assert.ok(service!.wire.hasEnded);
  service!.wire.send(utf8("the rest"));
  service!.wire.end();
  await wire.settle();
  assert.equal(client.open(wire.received), "the rest");
});

Deno.test("a stream ends when nothing has gone through it for long", async () => {
  const w = world("aes-128-gcm");
  const wire = w.connect();
  const client = w.client();
  wire.send(client.request({ first: "a" }));
  await wire.settle();
  await w.time.pass(599_000);
  wire.send(client.chunk(utf8("b")));
  await wire.settle();
  await w.time.pass(599_000);
  assert.ok(!wire.isOver);
  await w.time.pass(3000);
  assert.ok(wire.isOver);
  assert.ok(w.services[0]!.wire.isOver);
});

Deno.test("who has the password that was ends with it", async () => {
  const w = world("aes-128-gcm");
  const wire = w.connect();
  wire.send(w.client().request({ first: "a" }));
  await wire.settle();
  w.server.cut();
  await wire.settle();
  assert.ok(wire.isOver);
  assert.ok(w.services[0]!.wire.isOver);
});

Deno.test("without a password nobody is served", async () => {
  const w = world("aes-128-gcm", "");
  const wire = w.connect();
  wire.send(w.client().request({ first: "a" }));
  await wire.settle();
  assert.equal(w.services.length, 0);
  assert.equal(wire.received.length, 0);
  assert.equal(w.server.figures.refused.unset, 1);
});
