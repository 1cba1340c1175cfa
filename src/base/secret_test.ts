import assert from "node:assert/strict";
import { secretOf, secretOfText } from "./secret.ts";

Deno.test("secretOfText() is UTF-8, and refuses half a surrogate pair", () => {
  assert.deepEqual([...secretOfText("pä𝄞")], [
    112,
    195,
    164,
    240,
    157,
    132,
    158,
  ]);
  for (const text of ["\ud834", "pass\udd1eword", "\udd1e\ud834"]) {
    assert.throws(() => secretOfText(text), SyntaxError);
  }
});

Deno.test("secretOf() keeps its octets when their buffer is used again", () => {
  const buffer = new Uint8Array([0xff, 0xfe, 0x41]);
  const secret = secretOf(buffer.subarray(0, 2));
  buffer.fill(0);
  assert.deepEqual([...secret], [0xff, 0xfe]);
});
