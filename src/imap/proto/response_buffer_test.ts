import assert from "node:assert/strict";
import { ResponseBuffer } from "./response_buffer.ts";

Deno.test("ResponseBuffer joins text and octets, and is empty once taken", () => {
  const buffer = new ResponseBuffer();
  buffer.text("a\u00e4");
  buffer.octets(Uint8Array.of(0xff, 0));
  buffer.text("b");
  assert.equal(buffer.length, 6);
  const taken = buffer.take();
  assert.deepEqual([...taken], [0x61, 0xc3, 0xa4, 0xff, 0, 0x62]);
  assert.equal(buffer.length, 0);
  buffer.text("c");
  assert.deepEqual([...taken.subarray(0, 1)], [0x61]);
  assert.deepEqual([...buffer.take()], [0x63]);
});

Deno.test("ResponseBuffer grows to any size", () => {
  const buffer = new ResponseBuffer();
  for (let i = 0; i < 1000; i++) buffer.text("0123456789".repeat(i % 9));
  buffer.octets(new Uint8Array(100_000).fill(0x2e));
  const text = new TextDecoder().decode(buffer.take());
  assert.match(text, /^(0123456789)+\.{100000}$/);
});

Deno.test("truncate() forgets what came last", () => {
  const buffer = new ResponseBuffer();
  buffer.text("abc");
  buffer.truncate(1);
  buffer.truncate(9);
  assert.deepEqual([...buffer.take()], [0x61]);
});
