import assert from "node:assert/strict";
import { Phrases } from "../../web/browser/panel/i18n/phrases.ts";

const PHRASES = new Phrases({
  state: "The database is {state}",
  damaged: "The database is damaged: {problem}",
  port: "{name} on port {port}: {problem}",
  all: "All is well",
  given: "{a} is {b}, not {c}",
});

const FOUND: [string, string, Record<string, string>][] = [
  ["All is well", "all", {}],
  ["The database is read only", "state", { state: "read only" }],
  ["The database is damaged: page 3", "damaged", { problem: "page 3" }],
  [
    "imap on port 993: it is: closed",
    "port",
    { name: "imap", port: "993", problem: "it is: closed" },
  ],
  ["x is y, not z, not w", "given", { a: "x", b: "y", c: "z, not w" }],
];
for (const [text, key, values] of FOUND) {
  Deno.test(`find() knows "${text}"`, () => {
    assert.deepEqual(PHRASES.find(text), { key, values });
  });
}

for (
  const text of [
    "",
    "All is well!",
    "The database is ",
    "on port 993: closed",
    "imap on port 993",
    `imap on port ${"9".repeat(5000)}: x`,
  ]
) {
  Deno.test(`find() leaves "${text.slice(0, 30)}" alone`, () => {
    assert.equal(PHRASES.find(text), undefined);
  });
}
