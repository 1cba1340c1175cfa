import assert from "node:assert/strict";
import { listPattern } from "./list_pattern.ts";
import {
  formatMailboxName,
  scanMailboxName,
  scanMailboxPattern,
} from "./mailbox_name.ts";
import { Scanner } from "./scanner.ts";

const scan = (line: string) => new Scanner({ lines: [line], literals: [] });

Deno.test("scanMailboxName() decodes, and knows INBOX in any case", () => {
  assert.equal(scanMailboxName(scan("inBox")), "INBOX");
  assert.equal(scanMailboxName(scan('"&AOQ- b"')), "\u00e4 b");
  assert.throws(() => scanMailboxName(scan("a&b")), {
    code: "mailbox_name_invalid",
  });
});

Deno.test("scanMailboxPattern() matches nothing where it cannot be decoded", () => {
  assert.equal(scanMailboxPattern(scan("&AOQ-/%")), "\u00e4/%");
  const isMatch = listPattern(scanMailboxPattern(scan("a&*")));
  assert.equal(isMatch("a&b"), false);
  assert.equal(isMatch(""), false);
});

Deno.test("formatMailboxName() encodes and quotes", () => {
  assert.equal(formatMailboxName("INBOX"), '"INBOX"');
  assert.equal(formatMailboxName("\u00e4&"), '"&AOQ-&-"');
  assert.equal(formatMailboxName('a"b'), '{3}\r\na"b');
});
