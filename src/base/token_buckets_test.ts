import assert from "node:assert/strict";
import { type BucketRate, TokenBuckets } from "./token_buckets.ts";

function made(rate: BucketRate, maxKeys?: number) {
  const time = { ms: 0 };
  const clock = { now: () => time.ms, monotonic: () => time.ms };
  return { time, buckets: new TokenBuckets(clock, () => rate, maxKeys) };
}

Deno.test("take() gives the burst, then one per refill", () => {
  const { time, buckets } = made({ burst: 3, perSecond: 0.1 });
  assert.deepEqual([1, 2, 3, 4].map(() => buckets.take("a")), [0, 0, 0, 10]);
  assert.equal(buckets.take("b"), 0);
  time.ms = 9_999;
  assert.equal(buckets.take("a"), 1);
  time.ms = 10_000;
  assert.equal(buckets.take("a"), 0);
  assert.equal(buckets.wait("a"), 10);
  buckets.reset("a");
  assert.equal(buckets.wait("a"), 0);
});

Deno.test("take() with a burst of 0 never limits", () => {
  const { buckets } = made({ burst: 0, perSecond: 0 });
  for (let i = 0; i < 1000; i++) assert.equal(buckets.take("a"), 0);
});

Deno.test("take() forgets the least recently used key over the bound", () => {
  const { buckets } = made({ burst: 1, perSecond: 0.001 }, 2);
  buckets.take("a");
  buckets.take("b");
  buckets.wait("a");
  buckets.take("c"); // b goes
  assert.ok(buckets.wait("a") > 0);
  assert.equal(buckets.wait("b"), 0);
});

Deno.test("waiting() gives whoever has no token, and moves nobody", () => {
  const { time, buckets } = made({ burst: 1, perSecond: 0.1 }, 2);
  assert.deepEqual(buckets.waiting(), []);
  buckets.take("a");
  time.ms = 4000;
  buckets.take("b");
  assert.deepEqual(buckets.waiting(), [["b", 10], ["a", 6]]);
  time.ms = 10_000;
  assert.deepEqual(buckets.waiting(), [["b", 4]]);
  buckets.take("c"); // a goes, as the one used before b
  assert.deepEqual(buckets.waiting().map(([key]) => key), ["c", "b"]);
});

Deno.test("waiting() with a burst of 0 finds nobody", () => {
  const { buckets } = made({ burst: 0, perSecond: 0 });
  buckets.take("a");
  assert.deepEqual(buckets.waiting(), []);
});
