import assert from "node:assert/strict";
import { HeldWire } from "../../tests/harness/held_wire.ts";
import { TestTime } from "../../tests/harness/test_time.ts";
import { joinWires } from "./joined_wires.ts";

const OCTETS = new Uint8Array(10);
const PATIENCE = { takeMs: 60_000, stayMs: 5000 };

function joined(patience?: typeof PATIENCE) {
  const time = new TestTime();
  const [peer, service] = [new HeldWire(), new HeldWire()];
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
  assert.deepEqual([peer.writtenOctets, service.writtenOctets], [10, 10]);
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
  assert.deepEqual([peer.end, peer.writtenOctets], [undefined, 50]);
  await service.arrive(OCTETS);
  await time.pass(120_001);
  await over;
  assert.deepEqual([peer.end, service.end], ["aborted", "aborted"]);
  assert.equal(time.pending, 0);
});
