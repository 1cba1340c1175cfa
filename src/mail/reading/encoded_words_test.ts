import assert from "node:assert/strict";
import { decodeWords } from "./encoded_words.ts";
import { workedMs } from "../../../tests/harness/worked.ts";

for (
  const [text, want] of [
    ["plain", "plain"],
    ["=?utf-8?q?a_=C3=A4?= b", "a \u00e4 b"],
    ["=?UTF-8?B?w6Q=?=", "\u00e4"],
    ["=?iso-8859-1*en?Q?=E4?=", "\u00e4"],
    ["=?utf-8?q?a?= =?utf-8?q?b?=", "ab"],
    ["=?utf-8?q?a?=\r\n =?utf-8?q?b?= c", "ab c"],
    ["=?no-such?q?a?=", "=?no-such?q?a?="],
    ["=?utf-8?b?!?=", "=?utf-8?b?!?="],
    ["=?utf-8?q?=ZZ?=", "=ZZ"],
    ["=?utf-8?x?a?=", "=?utf-8?x?a?="],
    ["=?=?=?", "=?=?=?"],
  ] as const
) {
  Deno.test(`decodeWords() of ${JSON.stringify(text)}`, () => {
    assert.equal(decodeWords(text), want);
  });
}

Deno.test("decodeWords() takes no more than linear time", () => {
  const start = workedMs();
  decodeWords("=?".repeat(100_000));
  decodeWords("?= ".repeat(100_000) + "=?");
  decodeWords("?=" + " ".repeat(100_000));
  decodeWords("=?a?q?".repeat(40_000));
  assert.ok(workedMs() - start < 1000);
});

Deno.test("decodeWords() decodes so many words, character sets and octets, and leaves the rest", () => {
  const word = "=?utf-8?q?=41?= b ";
  const many = decodeWords(word.repeat(2001));
  assert.equal(many, "A b ".repeat(2000) + word);
  const sets = Array.from({ length: 21 }, (_, i) => `=?x${i}?q?=41?= c`);
  assert.equal(decodeWords(sets.join(" ") + word), sets.join(" ") + word);
  const long = "x".repeat(65_536);
  assert.equal(decodeWords(word + long + word), "A b " + long + word);
});
