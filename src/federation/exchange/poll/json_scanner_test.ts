import assert from "node:assert/strict";
import { JsonFault, JsonScanner, type ScannedValue } from "./json_scanner.ts";

const ENCODER = new TextEncoder();

function scan(text: string, pieceOctets: number): ScannedValue[] {
  const found: ScannedValue[] = [];
  const scanner = new JsonScanner((value) => found.push(value));
  const octets = ENCODER.encode(text);
  for (let at = 0; at < octets.length; at += pieceOctets) {
    scanner.push(octets.subarray(at, at + pieceOctets));
  }
  scanner.finish();
  return found;
}

/** All values that are no containers, as JSON.parse() has them. */
function leaves(value: unknown, path: (string | number)[] = []): unknown[] {
  if (Array.isArray(value)) {
    return value.flatMap((one, at) => leaves(one, [...path, at]));
  }
  if (typeof value !== "object" || value === null) return [[path, value]];
  return Object.entries(value)
    .flatMap(([name, one]) => leaves(one, [...path, name]));
}

const TEXTS = [
  "1",
  '"a"',
  " [ ] ",
  "{}",
  '{"a":[1,-2.5e+3,true,false,null,"x"],"b":{"c":"d"},"":""}',
  '{"q":"a\\"b\\\\","u":"\\u00e4 ä 😀","s":"\\/"}',
  '[[[["deep"]]],{"a":{"b":[{}]}}]',
  `{"long":"${"x".repeat(5000)}\\"${"y".repeat(5000)}","after":1}`,
];

for (const text of TEXTS) {
  Deno.test(`JsonScanner finds what JSON.parse() does in ${text.slice(0, 40)}`, () => {
    for (const pieceOctets of [1, 2, 7, 100_000]) {
      const octets = ENCODER.encode(text);
      const found = scan(text, pieceOctets).map((value) => {
        const place = octets.subarray(value.start, value.end);
        const written = new TextDecoder().decode(place);
        const isString = octets[value.start - 1] === 0x22;
        return [value.path, JSON.parse(isString ? `"${written}"` : written)];
      });
      assert.deepEqual(found, leaves(JSON.parse(text)));
    }
  });
}

Deno.test("JsonScanner keeps short values alone", () => {
  const [long, short] = scan(`["${"x".repeat(5000)}","x"]`, 1000);
  assert.equal(long?.written, undefined);
  assert.equal(short?.written, '"x"');
});

const WRONG = [
  "",
  "{",
  "[1",
  '"a',
  "[1,]",
  "[,1]",
  "[1 2]",
  "[1}",
  '{"a"}',
  '{"a":}',
  '{"a":1,}',
  "{1:2}",
  "{a:1}",
  '{"a":1 "b":2}',
  "1 2",
  "[]]",
  "tru",
  "01",
  "1.",
  "NaN",
  "'a'",
  '"a\nb"',
  "[".repeat(20) + "]".repeat(20),
  "9".repeat(10_000),
  "<html>",
];

for (const text of WRONG) {
  Deno.test(`JsonScanner refuses ${JSON.stringify(text.slice(0, 30))}`, () => {
    for (const pieceOctets of [1, 100_000]) {
      assert.throws(() => scan(text, pieceOctets), JsonFault);
    }
  });
}
