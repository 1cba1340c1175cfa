import assert from "node:assert/strict";
import { ReadAhead } from "./read_ahead.ts";
import type { Wire } from "./wire.ts";

const CHUNK_OCTETS = 16_384;
const MOST_OCTETS = 128 * 1024;

/** Gives what it is told to, and counts what was asked for. */
class TestWire implements Wire {
  readonly peerAddress = "192.0.2.7";
  readonly gone = Promise.resolve();
  arrivedOctets = 0;
  reads = 0;
  closed = false;

  constructor(
    readonly secure: boolean,
    readonly give: (read: number) => Uint8Array | undefined,
  ) {}

  read(): Promise<Uint8Array | undefined> {
    this.reads++;
    return Promise.try(() => this.give(this.reads));
  }

  close(): void {
    this.closed = true;
  }

  abort(): void {}
  write = () => Promise.resolve();
  closeWrite = () => Promise.resolve();
  startTls = () => Promise.resolve();
}

const chunk = () => new Uint8Array(CHUNK_OCTETS);

function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

Deno.test("over TLS so much is read ahead, and no more", async () => {
  const wire = new TestWire(true, chunk);
  const input = new ReadAhead(wire);
  assert.equal((await input.next())?.length, CHUNK_OCTETS);
  await settle();
  assert.equal(input.octets, MOST_OCTETS);
  await settle();
  assert.equal(wire.reads, 1 + MOST_OCTETS / CHUNK_OCTETS);
  await input.next();
  await settle();
  assert.equal(input.octets, MOST_OCTETS);
  wire.arrivedOctets = 7;
  assert.equal(input.octets, MOST_OCTETS + 7);
});

Deno.test("so are few of the chunks of a peer that sends octets alone", async () => {
  const wire = new TestWire(true, () => new Uint8Array(1));
  const input = new ReadAhead(wire);
  await input.next();
  await settle();
  assert.equal(input.octets, 16);
});

Deno.test("in clear nothing is read before it is asked for", async () => {
  const wire = new TestWire(false, chunk);
  const input = new ReadAhead(wire);
  await settle();
  assert.equal(wire.reads, 0);
  await input.next();
  await settle();
  assert.equal(wire.reads, 1);
  assert.equal(input.octets, 0);
});

Deno.test("what came before the end, or a loss, is given first", async () => {
  const ended = new TestWire(true, (read) => read < 3 ? chunk() : undefined);
  const input = new ReadAhead(ended);
  for (let at = 0; at < 2; at++) {
    assert.equal((await input.next())?.length, CHUNK_OCTETS);
  }
  assert.equal(await input.next(), undefined);
  assert.equal(await input.next(), undefined);
  assert.equal(ended.reads, 3);
  assert.equal(ended.closed, false);
  const lost = new TestWire(true, (read) => {
    if (read > 1) throw new Error("reset");
    return chunk();
  });
  const other = new ReadAhead(lost);
  assert.equal((await other.next())?.length, CHUNK_OCTETS);
  await settle();
  assert.equal(lost.closed, true, "its end shows while the session works");
  await assert.rejects(other.next(), /reset/);
});
