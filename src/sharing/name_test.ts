import assert from "node:assert/strict";
import { cleanName, initialOf, MAX_GRAPHEMES } from "./name.ts";

for (
  const [name, text, want] of [
    ["a name", "Ann B.", "Ann B."],
    ["room around it", "  Ann \t\n B. ", "Ann B."],
    ["marks that turn text around", "\u202eAnn\u2066\u200f!\ufeff", "Ann!"],
    ["controls", "A\u0000n\u0007n", "Ann"],
    ["letters in parts", "e\u0301", "\u00e9"],
    ["Persian with its joiners", "می‌خواهم", "می‌خواهم"],
    ["a family", "👨‍👩‍👧 B", "👨‍👩‍👧 B"],
    ["nothing", "\u200e\u200b ", ""],
  ] as const
) {
  Deno.test(`cleanName() of ${name}`, () => {
    assert.equal(cleanName(text), want);
  });
}

Deno.test("cleanName() counts what people count", () => {
  assert.equal(cleanName("a".repeat(200)), "a".repeat(MAX_GRAPHEMES));
  const family = "👨‍👩‍👧";
  assert.equal(cleanName(family.repeat(100)), family.repeat(MAX_GRAPHEMES));
});

for (
  const [name, want] of [["ann", "A"], ["👨‍👩‍👧 B", "👨‍👩‍👧"], ["آنا", "آ"], [
    "",
    "?",
  ]] as const
) {
  Deno.test(`initialOf("${name}") is ${want}`, () => {
    assert.equal(initialOf(name), want);
  });
}
