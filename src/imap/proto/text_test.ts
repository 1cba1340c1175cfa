import assert from "node:assert/strict";
import { DELETED, SEEN } from "../../mail/mailbox.ts";
import { formatDateTime, parseDate, parseDateTime } from "./dates.ts";
import { formatFlags, parseFlags } from "./flags.ts";
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

for (
  const [text, want] of [
    ["05-Jan-2026 09:08:07 +0000", 1767604087],
    [" 5-Jan-2026 10:08:07 +0100", 1767604087],
    ["05-jan-2026 04:38:07 -0430", 1767604087],
    ["01-Jan-1970 00:00:00 +0000", 0],
  ] as const
) {
  Deno.test(`parseDateTime() reads ${text}`, () => {
    assert.equal(parseDateTime(text), want);
  });
}

for (
  const text of [
    "5-Jan-2026 09:08:07 +0000",
    "31-Feb-2026 09:08:07 +0000",
    "05-Foo-2026 09:08:07 +0000",
    "05-Jan-2026 24:08:07 +0000",
    "05-Jan-2026 09:08:07",
    "00-Jan-2026 09:08:07 +0000",
  ]
) {
  Deno.test(`parseDateTime() refuses ${text}`, () => {
    assert.throws(() => parseDateTime(text), SyntaxError);
  });
}

Deno.test("formatDateTime() writes UTC", () => {
  assert.equal(formatDateTime(1767604087), '"05-Jan-2026 09:08:07 +0000"');
});

Deno.test("parseDate() gives days since 1970", () => {
  assert.equal(parseDate("1-Jan-1970"), 0);
  assert.equal(parseDate("05-jan-2026"), 20458);
  assert.throws(() => parseDate("30-Feb-2026"), SyntaxError);
  assert.throws(() => parseDate("1-Jan-26"), SyntaxError);
});

Deno.test("parseFlags() takes system flags in any case, and keywords once", () => {
  assert.deepEqual(parseFlags(["\\SEEN", "\\deleted", "$Junk", "$JUNK"]), {
    flags: SEEN | DELETED,
    keywords: ["$Junk"],
  });
  assert.throws(() => parseFlags(["\\Recent"]), SyntaxError);
  assert.throws(() => parseFlags(["\\Foo"]), SyntaxError);
});

Deno.test("formatFlags() names system flags, then keywords", () => {
  assert.equal(formatFlags(0), "()");
  assert.equal(formatFlags(SEEN | DELETED), "(\\Deleted \\Seen)");
  assert.equal(formatFlags(SEEN, 0b101, ["a", "b", "c"]), "(\\Seen a c)");
  assert.equal(formatFlags(0, 1 << 31, Array(32).fill("k")), "(k)");
});
