import assert from "node:assert/strict";
import {
  frame,
  introduction,
  newIdentity,
  TYPES,
} from "../../../tests/harness/iroh_client.ts";
import { settle, TestTime } from "../../../tests/harness/test_time.ts";
import type { Rate } from "./allowance.ts";
import { StreamChannel } from "./channel.ts";
import { IrohServer } from "./server.ts";
import type { Wire } from "./wire.ts";

/** The connection of a client that a test holds in its hands. */
class TestWire implements Wire {
  readonly written: Uint8Array[] = [];
  isAborted = false;
  /** How often the relay asked for more. */
  reads = 0;
  readonly #arrived: Uint8Array[] = [];
  #wanted: ((octets: Uint8Array | undefined) => void) | undefined;
  /** While set, nothing is taken. */
  stuck = false;

  read(): Promise<Uint8Array | undefined> {
    this.reads++;
    const next = this.#arrived.shift();
    if (next || this.isAborted) return Promise.resolve(next);
    return new Promise((resolve) => this.#wanted = resolve);
  }

  release(): void {}

  write(octets: Uint8Array): Promise<void> {
    if (this.stuck) return new Promise(() => {});
    this.written.push(octets);
    return Promise.resolve();
  }

  close(): void {
    this.abort();
  }

  abort(): void {
    this.isAborted = true;
    this.#wanted?.(undefined);
  }

  async send(...pieces: readonly Uint8Array[]): Promise<void> {
    for (const octets of pieces) {
      const wanted = this.#wanted;
      this.#wanted = undefined;
      if (wanted) wanted(octets);
      else this.#arrived.push(octets);
      await settle();
    }
  }

  /** The frames that were sent to it, `type` and contents in hexadecimal digits. */
  frames(): string[] {
    const octets = new Uint8Array(
      this.written.splice(0).flatMap((one) => [
        ...one,
      ]),
    );
    const found: string[] = [];
    for (let at = 0; at < octets.length;) {
      const size = new DataView(octets.buffer).getUint32(at + 1);
      const payload = octets.subarray(at + 5, at + 5 + size);
      found.push(`${octets[at]} ${payload.toHex()}`);
      at += 5 + size;
    }
    return found;
  }
}

async function world(
  work: (world: {
    time: TestTime;
    server: IrohServer;
    client(): Promise<{ wire: TestWire; key: Uint8Array }>;
  }) => Promise<void>,
  rate: Rate = { octetsPerSecond: 0, burst: 0 },
): Promise<void> {
  const time = new TestTime();
  const server = new IrohServer({
    clock: time,
    timers: time,
    random: (size) => new Uint8Array(size).fill(0xff), // silence is 20 s
    rate: () => rate,
  });
  await work({
    time,
    server,
    async client() {
      const identity = newIdentity();
      const wire = new TestWire();
      void server.serve(new StreamChannel(wire));
      await wire.send(introduction(identity));
      return { wire, key: identity.key };
    },
  });
  server.shutdown();
  assert.equal(time.pending, 0);
}

const QUESTION = `${TYPES.ping} ${"ff".repeat(8)}`;
const ANSWER = frame(TYPES.pong, new Uint8Array(8).fill(0xff));

Deno.test("who is silent is asked, and stays while it answers", () =>
  world(async ({ time, server, client }) => {
    const { wire } = await client();
    await time.pass(20_000);
    await settle();
    assert.deepEqual(wire.frames(), []);
    for (let round = 0; round < 3; round++) {
      await time.pass(1000);
      await settle();
      assert.deepEqual(wire.frames(), [QUESTION]);
      await time.pass(4000);
      await wire.send(ANSWER);
      await time.pass(20_000);
      assert.equal(wire.isAborted, false);
    }
    assert.equal(server.clients, 1);
    await time.pass(1000);
    await settle();
    // another answer is none
    await wire.send(frame(TYPES.pong, new Uint8Array(8)));
    await time.pass(7000);
    assert.equal(wire.isAborted, true);
    await settle();
    assert.equal(server.clients, 0);
    assert.equal(server.figures.stalled, 1);
  }));

Deno.test("who sends something is not asked", () =>
  world(async ({ time, client }) => {
    const { wire } = await client();
    for (let round = 0; round < 10; round++) {
      await time.pass(10_000);
      await wire.send(frame(TYPES.ping, new Uint8Array(8).fill(1)));
      assert.deepEqual(wire.frames(), [`${TYPES.pong} ${"01".repeat(8)}`]);
    }
  }));

Deno.test("who takes nothing is given up, and holds up nobody", () =>
  world(async ({ time, client, server }) => {
    const stuck = await client();
    const other = await client();
    stuck.wire.stuck = true;
    await other.wire.send(frame(TYPES.send, stuck.key, new Uint8Array(100)));
    await time.pass(4000);
    await settle();
    assert.equal(stuck.wire.isAborted, true);
    assert.equal(other.wire.isAborted, false);
    assert.equal(server.figures.stalled, 1);
  }));

Deno.test("who sends faster than it may is not read until it may again, and is not taken for silent", () =>
  world(
    async ({ time, client, server }) => {
      const { wire } = await client();
      const other = await client();
      const before = wire.reads;
      const datagram = (size: number) =>
        frame(TYPES.send, other.key, new Uint8Array(size).fill(1));
      // 1000 octets in a second, and 2000 at once; the introduction counts
      await wire.send(datagram(1500), datagram(30_000), datagram(10));
      assert.equal(server.figures.datagrams.forwarded, 2);
      assert.equal(wire.reads, before + 1); // the third is not asked for
      await time.pass(25_000);
      await other.wire.send(ANSWER);
      assert.equal(server.figures.datagrams.forwarded, 2);
      assert.deepEqual(wire.frames(), []); // it is us who do not listen
      await time.pass(10_000);
      await settle();
      assert.equal(server.figures.datagrams.forwarded, 3);
      assert.equal(wire.isAborted, false);
      assert.equal(other.wire.frames().length, 3 + 1); // and a question
    },
    { octetsPerSecond: 1000, burst: 2000 },
  ));
