import assert from "node:assert/strict";
import { contactOf } from "./contact.ts";

for (
  const [text, want] of [
    ["", undefined],
    ["  ", undefined],
    ["mailto:a@b.example", { text: "a@b.example", href: "mailto:a@b.example" }],
    ["a@b.example", { text: "a@b.example", href: "mailto:a@b.example" }],
    ["https://b.example/x", {
      text: "https://b.example/x",
      href: "https://b.example/x",
    }],
    ["javascript:alert(1)", { text: "javascript:alert(1)" }],
    ["ask Ann at the bar", { text: "ask Ann at the bar" }],
  ] as const
) {
  Deno.test(`contactOf("${text}")`, () => {
    assert.deepEqual(contactOf(text), want);
  });
}
