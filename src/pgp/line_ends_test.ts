import assert from "node:assert/strict";
import { latin1 } from "../base/octets.ts";
import { CrlfLines } from "./line_ends.ts";

const encoder = new TextEncoder();

for (
  const [text, expected] of [
    ["a\r\nb\r\n", "a\r\nb\r\n"],
    ["a\nb\n", "a\r\nb\r\n"],
    ["a\r\nb\nc\r\n\nd", "a\r\nb\r\nc\r\n\r\nd"],
    ["\na\r\r\n", "\r\na\r\r\n"],
    ["", ""],
  ] as const
) {
  Deno.test(`CrlfLines ends the lines of ${JSON.stringify(text)}, however it comes`, () => {
    for (let size = 1; size <= text.length + 1; size++) {
      const body = new CrlfLines();
      let out = "";
      for (let at = 0; at < text.length; at += size) {
        out += latin1(body.convert(encoder.encode(text.slice(at, at + size))));
      }
      assert.equal(out, expected, `in pieces of ${size}`);
    }
  });
}

Deno.test("CrlfLines copies nothing while there is nothing to change", () => {
  const octets = encoder.encode("a\r\nb\r\n");
  assert.equal(new CrlfLines().convert(octets), octets);
});
