import assert from "node:assert/strict";
import { RateLimit, rateOf } from "./sending_limits.ts";

function limitAt(rate = rateOf(60, 60_000, 3)) {
  let nowMs = 1000;
  const clock = { now: () => nowMs, monotonic: () => nowMs };
  const limit = new RateLimit(clock, () => rate);
  return { limit, pass: (ms: number) => nowMs += ms };
}

Deno.test("take() lets a burst pass, then one a period", () => {
  const { limit, pass } = limitAt();
  const waits = [0, 0, 0, 1000, 2000].map(() => limit.take("ann", 2000));
  assert.deepEqual(waits, [0, 0, 0, 1000, 2000]);
  assert.equal(limit.take("ann", 2000), undefined);
  pass(1000);
  assert.equal(limit.take("ann", 2000), 2000);
  assert.equal(limit.take("bob", 0), 0);
});

Deno.test("take() costs nothing when it refuses", () => {
  const { limit, pass } = limitAt();
  for (let i = 0; i < 3; i++) limit.take("ann", 0);
  for (let i = 0; i < 50; i++) assert.equal(limit.take("ann", 0), undefined);
  pass(1000);
  assert.equal(limit.take("ann", 0), 0);
  assert.equal(limit.take("ann", 0), undefined);
});

Deno.test("take() has no limit at a rate of 0", () => {
  const { limit } = limitAt(rateOf(0, 60_000, 3));
  for (let i = 0; i < 50; i++) assert.equal(limit.take("ann", 0), 0);
});

Deno.test("take() gives a rested account its whole burst again", () => {
  const { limit, pass } = limitAt();
  for (let i = 0; i < 3; i++) limit.take("ann", 0);
  pass(3000);
  for (let i = 0; i < 3; i++) assert.equal(limit.take("ann", 0), 0);
  assert.equal(limit.take("ann", 0), undefined);
});
