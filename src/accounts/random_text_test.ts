import assert from "node:assert/strict";
import { systemRandom } from "../base/random.ts";
import {
  ALPHANUMERIC,
  LOWER_CASE_AND_DIGITS,
  randomLocalPart,
  randomPassword,
  randomText,
} from "./random_text.ts";

Deno.test("randomLocalPart() begins with a letter", () => {
  for (let i = 0; i < 500; i++) {
    assert.match(randomLocalPart(systemRandom, 9), /^[a-z][a-z0-9]{8}$/);
  }
});

Deno.test("randomPassword() has letters and digits only", () => {
  assert.match(randomPassword(systemRandom, 22), /^[A-Za-z0-9]{22}$/);
});

Deno.test("randomText() rejects octets that would favour some characters", () => {
  // 256 - 256 % 36 = 252: the four octets above it must not be used
  let calls = 0;
  const text = randomText(
    (count) => new Uint8Array(count).fill(calls++ === 0 ? 252 : 35),
    LOWER_CASE_AND_DIGITS,
    3,
  );
  assert.equal(text, "999");
});

Deno.test("randomText() draws every character about equally often", () => {
  const counts = new Map<string, number>();
  for (let i = 0; i < 62; i++) {
    for (const character of randomText(systemRandom, ALPHANUMERIC, 1_000)) {
      counts.set(character, (counts.get(character) ?? 0) + 1);
    }
  }
  assert.equal(counts.size, 62);
  for (const [character, count] of counts) {
    assert.ok(count > 800 && count < 1200, `${character}: ${count}`);
  }
});
