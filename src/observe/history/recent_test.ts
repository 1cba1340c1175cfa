import assert from "node:assert/strict";
import { RecentSamples } from "./recent.ts";

function ring(kept: number, seconds: readonly number[]) {
  const recent = new RecentSamples<string>(kept);
  for (const at of seconds) recent.add(at, new Map([["a", at]]));
  return recent;
}

Deno.test("of() gives the last samples, oldest first", () => {
  const recent = ring(3, [10, 20, 30, 40, 50]);
  assert.deepEqual(recent.of("a"), [[30, 30], [40, 40], [50, 50]]);
  assert.equal(recent.latest("a"), 50);
  assert.deepEqual(recent.of("b"), []);
  assert.equal(recent.latest("b"), undefined);
});

Deno.test("of() leaves out what was not known", () => {
  const recent = ring(4, [10]);
  recent.add(20, new Map([["b", 2]]));
  recent.add(30, new Map([["a", 3], ["b", 3]]));
  assert.deepEqual(recent.of("a"), [[10, 10], [30, 3]]);
  assert.deepEqual(recent.of("b"), [[20, 2], [30, 3]]);
  recent.add(40, new Map());
  assert.equal(recent.latest("a"), undefined);
});

Deno.test("add() forgets what is later than a clock that was set back", () => {
  const recent = ring(4, [10, 1000, 1010]);
  recent.add(20, new Map([["a", 20]]));
  assert.deepEqual(recent.of("a"), [[10, 10], [20, 20]]);
  for (const at of [30, 40, 50]) recent.add(at, new Map([["a", at]]));
  assert.deepEqual(recent.of("a"), [[20, 20], [30, 30], [40, 40], [50, 50]]);
});

Deno.test("forget() leaves nothing of a series", () => {
  const recent = ring(4, [10, 20]);
  recent.forget((name) => name === "a");
  assert.deepEqual(recent.of("a"), []);
  recent.add(30, new Map([["a", 1]]));
  assert.deepEqual(recent.of("a"), [[30, 1]]);
});
