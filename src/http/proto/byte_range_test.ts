import assert from "node:assert/strict";
import { requestedRange } from "./byte_range.ts";

const SIZE = 1000;

for (
  const [range, expected] of [
    ["bytes=0-499", { start: 0, end: 500 }],
    ["bytes=500-999", { start: 500, end: 1000 }],
    ["bytes=0-0", { start: 0, end: 1 }],
    ["bytes=999-999", { start: 999, end: 1000 }],
    ["bytes=990-5000", { start: 990, end: 1000 }],
    ["bytes=990-", { start: 990, end: 1000 }],
    ["bytes=0-", { start: 0, end: 1000 }],
    ["bytes=-1", { start: 999, end: 1000 }],
    ["bytes=-1000", { start: 0, end: 1000 }],
    ["bytes=-5000", { start: 0, end: 1000 }],
    ["BYTES= 5-9 ", { start: 5, end: 10 }],
    ["bytes=1000-", "unsatisfiable"],
    ["bytes=1000-1001", "unsatisfiable"],
    ["bytes=999999999999999-", "unsatisfiable"],
    ["bytes=-0", "unsatisfiable"],
    ["bytes=5-4", "whole"],
    ["bytes=-", "whole"],
    ["bytes=", "whole"],
    ["", "whole"],
    ["bytes", "whole"],
    ["octets=0-1", "whole"],
    ["bytes=0-1,5-6", "whole"],
    ["bytes=0-1, -5", "whole"],
    ["bytes=0-1,", "whole"],
    ["bytes=0x1-2", "whole"],
    ["bytes=1.0-2", "whole"],
    ["bytes=+1-2", "whole"],
    ["bytes=--1", "whole"],
    ["bytes=1-2-3", "whole"],
    ["bytes=1 - 2", "whole"],
    ["bytes=9999999999999999-", "whole"],
    ["bytes=٠-١", "whole"],
  ] as const
) {
  Deno.test(`requestedRange() of ${range} is ${JSON.stringify(expected)}`, () => {
    assert.deepEqual(requestedRange(range, SIZE), expected);
  });
}

Deno.test("requestedRange() finds nothing to satisfy in an empty file", () => {
  for (const range of ["bytes=0-", "bytes=0-0", "bytes=-1"]) {
    assert.equal(requestedRange(range, 0), "unsatisfiable", range);
  }
});
