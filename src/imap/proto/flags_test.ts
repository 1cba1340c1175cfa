import assert from "node:assert/strict";
import { DELETED, SEEN } from "../../mail/mailbox.ts";
import { formatFlags, parseFlags } from "./flags.ts";

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
