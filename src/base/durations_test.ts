import assert from "node:assert/strict";
import { checkUnit, formatDuration, parseDuration } from "./durations.ts";

const READ: [string, number][] = [
  ["0", 0],
  ["90", 90],
  ["30s", 30],
  ["5m", 300],
  ["12h", 43_200],
  ["20d", 1_728_000],
  ["2w", 1_209_600],
  ["1d12h", 129_600],
  [" 1h30m ", 5_400],
];
for (const [text, seconds] of READ) {
  Deno.test(`parseDuration() reads "${text}"`, () => {
    assert.equal(parseDuration(text), seconds);
    assert.equal(parseDuration(formatDuration(seconds)), seconds);
  });
}

const REFUSED = ["", "d", "-1d", "1.5h", "1 d", "2 weeks", "1d12", "1D", "٣d"];
for (const text of REFUSED) {
  Deno.test(`parseDuration() refuses "${text}"`, () => {
    assert.throws(() => parseDuration(text), SyntaxError);
  });
}

Deno.test("parseDuration() refuses more than a hundred years", () => {
  assert.equal(parseDuration("36525d"), 36_525 * 86_400);
  assert.throws(() => parseDuration("36526d"), RangeError);
  assert.throws(() => parseDuration("999999999999w"), RangeError);
});

Deno.test("formatDuration() writes what people would", () => {
  assert.equal(formatDuration(1_728_000), "20d");
  assert.equal(formatDuration(604_800), "1w");
  assert.equal(formatDuration(5_400), "1h30m");
  assert.equal(formatDuration(0), "0s");
});

for (const text of ["10", " 7 ", "007"]) {
  Deno.test(`checkUnit() asks for the unit of "${text}"`, () => {
    assert.throws(() => checkUnit(text), /has no unit: write \d+d for days/);
  });
}

for (const text of ["0", "10d", "1d12h", "off", "", "1500ms", "ten"]) {
  Deno.test(`checkUnit() has no question about "${text}"`, () => {
    checkUnit(text);
  });
}
