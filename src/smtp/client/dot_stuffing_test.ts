import assert from "node:assert/strict";
import { concat } from "../../base/octets.ts";
import { DotStuffing } from "./dot_stuffing.ts";

function stuffed(text: string, chunk: number): string {
  const stuffing = new DotStuffing();
  const octets = new TextEncoder().encode(text);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < octets.length; at += chunk) {
    parts.push(stuffing.stuff(octets.subarray(at, at + chunk)));
  }
  parts.push(stuffing.end());
  return new TextDecoder().decode(concat(parts));
}

const ROWS: readonly [string, string][] = [
  ["a\r\n", "a\r\n.\r\n"],
  ["", ".\r\n"],
  [".", "..\r\n.\r\n"],
  [".\r\n", "..\r\n.\r\n"],
  ["a\r\n.\r\nb\r\n..\r\n", "a\r\n..\r\nb\r\n...\r\n.\r\n"],
  ["a.b\r\n", "a.b\r\n.\r\n"],
  ["no end", "no end\r\n.\r\n"],
  ["half an end\r", "half an end\r\n.\r\n"],
];

for (const [text, expected] of ROWS) {
  for (const chunk of [1, 2, 3, 100]) {
    Deno.test(`stuff() makes ${JSON.stringify(text)} safe in chunks of ${chunk}`, () => {
      assert.equal(stuffed(text, chunk), expected);
    });
  }
}
