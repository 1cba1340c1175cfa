import assert from "node:assert/strict";
import { systemRandom } from "../base/random.ts";
import { Refusal } from "../base/refusal.ts";
import { checkNewToken, isToken, newToken, readTokenChange } from "./tokens.ts";

const NOW = 1_800_000_000;

Deno.test("newToken() is 24 lower-case letters and digits", () => {
  assert.match(newToken(systemRandom), /^[a-z0-9]{24}$/);
});

for (
  const [text, valid] of [
    ["abcd", true],
    ["abc", false],
    ["a".repeat(128), true],
    ["a".repeat(129), false],
    ["A.b_c~d-9", true],
    ["a b c d", false],
    ["abcd\n", false],
    ["ábcd", false],
  ] as const
) {
  Deno.test(`isToken(${JSON.stringify(text.slice(0, 20))}, ${text.length}) is ${valid}`, () => {
    assert.equal(isToken(text), valid);
  });
}

const ACCEPTED: [Record<string, unknown>, Record<string, unknown>][] = [
  [{}, {}],
  [{ max_uses: 1 }, { maxUses: 1 }],
  [{ max_uses: 1_000_000 }, { maxUses: 1_000_000 }],
  [{ comment: "x".repeat(500) }, { comment: "x".repeat(500) }],
  [{ expires_in: "1d12h" }, { expiresAt: NOW + 129_600 }],
  [{ expires_in: "90" }, { expiresAt: NOW + 90 }],
  [{ expires_in: "0" }, { expiresAt: null }],
  [{ expires_in: "" }, { expiresAt: null }],
  [{ expires_at: null }, { expiresAt: null }],
  [{ expires_at: 1_900_000_000 }, { expiresAt: 1_900_000_000 }],
  [{ expires_at: "2026-01-01T10:00:00Z" }, { expiresAt: 1_767_261_600 }],
  [{ expires_at: "2026-01-01T10:00:00+01:00" }, { expiresAt: 1_767_258_000 }],
];
for (const [input, change] of ACCEPTED) {
  Deno.test(`readTokenChange() takes ${JSON.stringify(input).slice(0, 50)}`, () => {
    assert.deepEqual(readTokenChange({ token: "abcd", ...input }, NOW), {
      token: "abcd",
      ...change,
    });
  });
}

const REFUSED: [Record<string, unknown>, string][] = [
  [{ token: "abc" }, "token"],
  [{ expires_in: "-1d" }, "expires_in"],
  [{ expires_in: "soon" }, "expires_in"],
  [{ expires_in: "999999999w" }, "expires_in"],
  [{ expires_at: "tomorrow" }, "expires_at"],
  [{ expires_at: "2026-01-01" }, "expires_at"],
  [{ expires_at: "2026-13-01T10:00:00Z" }, "expires_at"],
  [{ expires_at: -5 }, "expires_at"],
  [{ expires_at: NaN }, "expires_at"],
];
for (const [input, field] of REFUSED) {
  Deno.test(`readTokenChange() refuses ${JSON.stringify(input).slice(0, 50)}`, () => {
    assert.throws(
      () => readTokenChange({ token: "abcd", ...input }, NOW),
      (error) =>
        error instanceof Refusal && error.code === "invalid_value" &&
        error.detail.field === field,
    );
  });
}

for (const text of ["abcdef", "A-b_9z", "a".repeat(64)]) {
  Deno.test(`checkNewToken() takes ${text.slice(0, 8)} of ${text.length}`, () => {
    checkNewToken(text);
    assert.ok(isToken(text));
  });
}

for (
  const text of ["", "abcde", "a".repeat(65), "a.bcdef", "abcdé f", "a~bcdef"]
) {
  Deno.test(`checkNewToken() refuses ${text.slice(0, 8)} of ${text.length}`, () => {
    assert.throws(
      () => checkNewToken(text),
      (error) => error instanceof Refusal && error.code === "invalid_value",
    );
  });
}
