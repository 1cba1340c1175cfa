import assert from "node:assert/strict";
import { type Look, OpenBuckets } from "./buckets.ts";

function look(value: number, weight = 1): ReadonlyMap<string, Look> {
  return new Map([["a", { value, weight }]]);
}

Deno.test("add() sums up a bucket, and gives it when time has gone on", () => {
  const buckets = new OpenBuckets<string>(60);
  assert.equal(buckets.add(61, look(3)).size, 0);
  assert.equal(buckets.add(70, look(1)).size, 0);
  assert.equal(buckets.add(119, look(8, 2)).size, 0);
  assert.deepEqual([...buckets.add(120, look(5))], [
    ["a", { atSeconds: 60, min: 1, max: 8, sum: 20, count: 4 }],
  ]);
  assert.deepEqual(buckets.all.get("a"), {
    atSeconds: 120,
    min: 5,
    max: 5,
    sum: 5,
    count: 1,
  });
});

Deno.test("add() gives it too when time has gone back", () => {
  const buckets = new OpenBuckets<string>(60);
  buckets.add(7200, look(1));
  assert.equal(buckets.add(3600, look(2)).get("a")?.atSeconds, 7200);
  assert.equal(buckets.all.get("a")?.atSeconds, 3600);
});

Deno.test("resume() goes on with a bucket, and gives one that is over", () => {
  const bucket = { atSeconds: 60, min: 2, max: 4, sum: 6, count: 2 };
  const buckets = new OpenBuckets<string>(60);
  buckets.resume(60, new Map([["a", bucket]]));
  buckets.add(110, look(9));
  assert.deepEqual(buckets.add(600, look(1)).get("a"), {
    atSeconds: 60,
    min: 2,
    max: 9,
    sum: 15,
    count: 3,
  });
});
