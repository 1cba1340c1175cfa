import assert from "node:assert/strict";
import { DELETED, SEEN } from "../../mail/mailbox.ts";
import { Scanner } from "./scanner.ts";
import { containsKind, scanSearchKeys, type SearchKey } from "./search_keys.ts";

function scan(line: string): SearchKey {
  const args = new Scanner({ lines: [line], literals: [] });
  const key = scanSearchKeys(args);
  args.end();
  return key;
}

const range = (first: number | "*", last: number | "*") => ({ first, last });

const ROWS: readonly (readonly [string, SearchKey])[] = [
  ["ALL", { kind: "all" }],
  ["unseen", { kind: "flag", flag: SEEN, set: false }],
  ["1:3,*", { kind: "sequence_numbers", set: [range(1, 3), range("*", "*")] }],
  ["UID 5:*", { kind: "uids", set: [range(5, "*")] }],
  ["BEFORE 2-Jan-1970", { kind: "received", first: -Infinity, last: 0 }],
  ['SENTON "2-Jan-1970"', { kind: "sent", first: 1, last: 1 }],
  ["SINCE 2-Jan-1970", { kind: "received", first: 1, last: Infinity }],
  ["from Ann", { kind: "header", field: "from", text: "Ann" }],
  ['HEADER Message-ID ""', { kind: "header", field: "message-id", text: "" }],
  ["KEYWORD $Junk", { kind: "keyword", name: "$Junk", set: true }],
  ["OLDER 60", { kind: "older", seconds: 60 }],
  ["LARGER 60", { kind: "larger", octets: 60 }],
  ["MODSEQ 7", { kind: "mod_seq", least: 7 }],
  ['MODSEQ "/flags/\\\\draft" all 7', { kind: "mod_seq", least: 7 }],
  ["NOT DELETED", {
    kind: "not",
    key: { kind: "flag", flag: DELETED, set: true },
  }],
  ["OR ALL (NEW TEXT x)", {
    kind: "or",
    keys: [
      { kind: "all" },
      { kind: "and", keys: [{ kind: "none" }, { kind: "text", text: "x" }] },
    ],
  }],
  ["BODY a LARGER 0", {
    kind: "and",
    keys: [{ kind: "body", text: "a" }, { kind: "larger", octets: 0 }],
  }],
];

for (const [line, want] of ROWS) {
  Deno.test(`scanSearchKeys() reads ${line}`, () => {
    assert.deepEqual(scan(line), want);
  });
}

for (
  const line of [
    "",
    "ALL ",
    "()",
    "(ALL",
    "FROM",
    "OR ALL",
    "NOT",
    "FOO",
    "FOO bar",
    "YOUNGER 0",
    "SINCE 31-Feb-2020",
    "LARGER -1",
    "UID x",
    "0",
    "KEYWORD \\Seen",
    "NOT ".repeat(17) + "ALL",
    "(".repeat(17) + "ALL" + ")".repeat(17),
    "ALL ".repeat(200) + "ALL",
  ]
) {
  Deno.test(`scanSearchKeys() refuses ${line.slice(0, 30)}`, () => {
    assert.throws(() => scan(line), SyntaxError);
  });
}

Deno.test("scanSearchKeys() takes 200 keys, 16 deep", () => {
  assert.doesNotThrow(() => scan("ALL ".repeat(199) + "ALL"));
  assert.doesNotThrow(() => scan("NOT ".repeat(16) + "ALL"));
});

Deno.test("containsKind() looks into lists, NOT and OR", () => {
  assert.ok(containsKind(scan("(ALL NOT OR MODSEQ 5 ALL)"), "mod_seq"));
  assert.ok(!containsKind(scan("(ALL NOT OR ALL ALL)"), "mod_seq"));
});
