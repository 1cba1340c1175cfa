import assert from "node:assert/strict";
import { Scanner } from "./scanner.ts";
import {
  formatSet,
  type PositionRange,
  positionsOfNumbers,
  positionsOfUids,
  positionsWithin,
} from "./sequence_set.ts";

const set = (text: string) =>
  new Scanner({ lines: [text], literals: [] }).sequenceSet();

for (
  const [text, exists, want] of [
    ["1:*", 5, "1:5"],
    ["*", 5, "5"],
    ["*:2", 5, "2:5"],
    ["4:2,1", 5, "1:4"],
    ["1,3,5", 5, "1,3,5"],
    ["3:5,1:4", 5, "1:5"],
    ["2:3,3,2", 5, "2:3"],
  ] as const
) {
  Deno.test(`positionsOfNumbers() resolves ${text}`, () => {
    assert.equal(shown(positionsOfNumbers(set(text), exists)), want);
  });
}

for (
  const [text, exists] of [["6", 5], ["1:6", 5], ["6:*", 5], ["*", 0]] as const
) {
  Deno.test(`positionsOfNumbers() refuses ${text} of ${exists}`, () => {
    assert.throws(() => positionsOfNumbers(set(text), exists), SyntaxError);
  });
}

for (
  const [text, want] of [
    ["1:*", "1:4"],
    ["11", "2"],
    ["12:19", ""],
    ["4294967295:*", "4"],
    ["*", "4"],
    ["30:11", "2:4"],
    ["1:9", ""],
    ["20,10", "1,3"],
  ] as const
) {
  Deno.test(`positionsOfUids() resolves ${text}`, () => {
    const uids = Uint32Array.of(10, 11, 20, 30);
    assert.equal(shown(positionsOfUids(set(text), uids)), want);
  });
}

Deno.test("positionsOfUids() of an empty mailbox is nothing", () => {
  assert.deepEqual(positionsOfUids(set("1:*"), new Uint32Array()), []);
});

Deno.test("formatSet() compresses runs", () => {
  assert.equal(formatSet([]), "");
  assert.equal(formatSet([4]), "4");
  assert.equal(formatSet([1, 2, 3, 5, 7, 8]), "1:3,5,7:8");
});

for (
  const [text, exists, want] of [
    ["6", 5, ""],
    ["6:*", 5, "5"],
    ["4:9,1", 5, "1,4:5"],
    ["1:*", 0, ""],
    ["*", 5, "5"],
  ] as const
) {
  Deno.test(`positionsWithin() resolves ${text} of ${exists}`, () => {
    assert.equal(shown(positionsWithin(set(text), exists)), want);
  });
}

function shown(ranges: readonly PositionRange[]): string {
  return ranges.map(({ first, last }) =>
    first === last ? String(first) : `${first}:${last}`
  ).join(",");
}
