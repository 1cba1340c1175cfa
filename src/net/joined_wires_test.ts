import assert from "node:assert/strict";
import { TestTime } from "../../tests/harness/test_time.ts";
import { joinWires } from "./joined_wires.ts";
import type { Wire } from "./wire.ts";

const OCTETS = new Uint8Array(10);
const PATIENCE = { takeMs: 60_000, stayMs: 5000 };

/** One end that a test holds in its hands. */
class TestWire implements Wire {
  readonly peerAddress = "192.0.2.1";
  readonly secure = false;
  readonly gone = new Promise<void>(() => {});
  written = 0;
  end: "aborted" | "closed" | "half" | undefined;
  /** While set, nothing is taken. */
  isStuck = false;
  readonly #arrived: (Uint8Array | undefined)[] = [];
  #reading: PromiseWithResolvers<Uint8Array | undefined> | undefined;
  #writing: PromiseWithResolvers<void> | undefined;

  read(): Promise<Uint8Array | undefined> {
    if (this.#arrived.length > 0) return Promise.resolve(this.#arrived.shift());
    this.#reading = Promise.withResolvers();
    return this.#reading.promise;
  }

  /** undefined: it closes. */
  async arrive(octets: Uint8Array | undefined): Promise<void> {
    const reading = this.#reading;
    this.#reading = undefined;
    if (reading) reading.resolve(octets);
    else this.#arrived.push(octets);
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  }

  release(): void {}

  write(octets: Uint8Array): Promise<void> {
    this.written += octets.length;
    if (!this.isStuck) return Promise.resolve();
    this.#writing = Promise.withResolvers();
    return this.#writing.promise;
  }

  take(): void {
    this.#writing?.resolve();
  }

  closeWrite(): Promise<void> {
    this.end = "half";
    return Promise.resolve();
  }

  startTls(): Promise<void> {
    return Promise.reject(new TypeError());
  }

  close(): void {
    this.end = "closed";
    this.#reading?.reject(new Error("closed"));
  }

  abort(): void {
    this.end = "aborted";
    this.#reading?.reject(new Error("aborted"));
    this.#writing?.reject(new Error("aborted"));
  }
}

function joined(patience?: typeof PATIENCE) {
  const time = new TestTime();
  const [peer, service] = [new TestWire(), new TestWire()];
  const over = joinWires(peer, service, {
    clock: time,
    timers: time,
    ...(patience ? { patience } : {}),
  });
  return { time, peer, service, over };
}

Deno.test("joinWires() ends with both, and leaves no timer", async () => {
  const { time, peer, service, over } = joined(PATIENCE);
  await peer.arrive(OCTETS);
  await service.arrive(OCTETS);
  await time.pass(1_000_000);
  assert.deepEqual([peer.written, service.written], [10, 10]);
  assert.deepEqual([peer.end, service.end], [undefined, undefined]);
  await peer.arrive(undefined);
  await time.pass(1_000_000);
  assert.equal(service.end, "half"); // it has still to answer
  await service.arrive(undefined);
  await over;
  assert.deepEqual([peer.end, service.end], ["closed", "closed"]);
  assert.equal(time.pending, 0);
});

Deno.test("who stays when the service has ended is hung up on, whatever is sent", async () => {
  const { time, peer, service, over } = joined(PATIENCE);
  await service.arrive(undefined);
  await time.pass(4999);
  assert.equal(peer.end, "half");
  await peer.arrive(OCTETS);
  await time.pass(2);
  await over;
  assert.deepEqual([peer.end, service.end], ["closed", "closed"]);
  assert.equal(time.pending, 0);
});

Deno.test("who takes nothing is cut off, and who is slow is not", async () => {
  const { time, peer, service, over } = joined(PATIENCE);
  peer.isStuck = true;
  for (let n = 0; n < 5; n++) {
    await service.arrive(OCTETS);
    await time.pass(59_000);
    peer.take();
    await time.pass(1);
  }
  assert.deepEqual([peer.end, peer.written], [undefined, 50]);
  await service.arrive(OCTETS);
  await time.pass(120_001);
  await over;
  assert.deepEqual([peer.end, service.end], ["aborted", "aborted"]);
  assert.equal(time.pending, 0);
});
