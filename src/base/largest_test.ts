import assert from "node:assert/strict";
import { largestOf } from "./largest.ts";

Deno.test("largestOf() gives the largest, as sorting does", () => {
  let state = 7;
  const numbers = Array.from({ length: 1000 }, () => {
    state = state * 48_271 % 2_147_483_647;
    return state % 300;
  });
  for (const count of [0, 1, 5, 999, 1000, 2000]) {
    const found = largestOf(numbers.entries(), count, ([, size]) => size);
    const sorted = [...numbers.entries()].sort(([, a], [, b]) => b - a);
    assert.deepEqual(found, sorted.slice(0, count));
  }
});
