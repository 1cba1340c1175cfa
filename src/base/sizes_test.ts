import assert from "node:assert/strict";
import { checkSizeUnit, formatSize, parseSize } from "./sizes.ts";

const READ: [string, number][] = [
  ["0", 0],
  ["200000", 200_000],
  ["200000B", 200_000],
  ["64K", 65_536],
  ["64 kb", 65_536],
  ["100MiB", 104_857_600],
  ["1.5G", 1_610_612_736],
  ["1GB", 1_073_741_824],
];
for (const [text, octets] of READ) {
  Deno.test(`parseSize() reads "${text}"`, () => {
    assert.equal(parseSize(text), octets);
    assert.equal(parseSize(formatSize(octets)), octets);
  });
}

for (
  const text of ["", "M", "-1", "1.5", "1.5B", "1T", "1  K", "1,5G", "1KM"]
) {
  Deno.test(`parseSize() refuses "${text}"`, () => {
    assert.throws(() => parseSize(text), SyntaxError);
  });
}

Deno.test("parseSize() refuses what a number cannot hold", () => {
  assert.throws(() => parseSize("999999999999999G"), RangeError);
});

Deno.test("formatSize() is exact", () => {
  assert.equal(formatSize(104_857_600), "100M");
  assert.equal(formatSize(200_000), "200000");
  assert.equal(formatSize(0), "0");
});

for (const text of ["5", " 25 ", "65535"]) {
  Deno.test(`checkSizeUnit() asks for the unit of "${text}"`, () => {
    assert.throws(() => checkSizeUnit(text), /has no unit: write \d+G, /);
  });
}

for (const text of ["0", "5G", "5B", "65536", "1.5 GiB", "off", ""]) {
  Deno.test(`checkSizeUnit() has no question about "${text}"`, () => {
    checkSizeUnit(text);
  });
}
