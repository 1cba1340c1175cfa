import assert from "node:assert/strict";
import { quote, quoteAstring, quoteOrNil } from "./quote.ts";

for (
  const [text, want] of [
    ["", '""'],
    ["a b", '"a b"'],
    ['a"b', '{3}\r\na"b'],
    ["a\\b", "{3}\r\na\\b"],
    ["\u00e4", "{2}\r\n\u00e4"],
    ["a\r\nb", "{4}\r\na\r\nb"],
  ] as const
) {
  Deno.test(`quote() writes ${JSON.stringify(text)}`, () => {
    assert.equal(quote(text), want);
  });
}

Deno.test("quoteOrNil() and quoteAstring() take the shortest safe form", () => {
  assert.equal(quoteOrNil(undefined), "NIL");
  assert.equal(quoteOrNil("NIL"), '"NIL"');
  assert.equal(quoteAstring("INBOX"), "INBOX");
  assert.equal(quoteAstring("nil"), '"nil"');
  assert.equal(quoteAstring("a b"), '"a b"');
});
