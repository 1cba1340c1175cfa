import assert from "node:assert/strict";
import { TICK_MS, TimerWheel } from "./timer_wheel.ts";

class Waiter {
  times: number[] = [];
  now = 0;
  due(): void {
    this.times.push(this.now);
  }
}

function advance(wheel: TimerWheel, waiter: Waiter, toMs: number): void {
  for (let now = waiter.now + TICK_MS; now <= toMs; now += TICK_MS) {
    waiter.now = now;
    wheel.advance(now);
  }
}

Deno.test("add() calls due() once, at its time or up to two ticks later", () => {
  for (const at of [1, 250, 251, 511_999, 512_000, 700_123, 1_900_000]) {
    const wheel = new TimerWheel(0);
    const waiter = new Waiter();
    wheel.add(waiter, at);
    advance(wheel, waiter, 2_000_000);
    assert.equal(waiter.times.length, 1, `${at}`);
    assert.ok(waiter.times[0]! >= at, `${at}`);
    assert.ok(waiter.times[0]! <= at + 2 * TICK_MS, `${at}`);
  }
});

Deno.test("cancel() keeps due() from being called", () => {
  const wheel = new TimerWheel(0);
  const waiter = new Waiter();
  wheel.cancel(waiter, wheel.add(waiter, 1000));
  wheel.add(waiter, 3000);
  advance(wheel, waiter, 5000);
  assert.deepEqual(waiter.times, [3000]);
});

Deno.test("advance() catches up after a pause longer than the wheel", () => {
  const wheel = new TimerWheel(0);
  const waiter = new Waiter();
  wheel.add(waiter, 1000);
  waiter.now = 10_000_000;
  wheel.advance(10_000_000);
  assert.deepEqual(waiter.times, [10_000_000]);
});

Deno.test("a time in the past is the next tick", () => {
  const wheel = new TimerWheel(10_000);
  const waiter = new Waiter();
  waiter.now = 10_000;
  wheel.add(waiter, 3);
  advance(wheel, waiter, 10_500);
  assert.deepEqual(waiter.times, [10_250]);
});
