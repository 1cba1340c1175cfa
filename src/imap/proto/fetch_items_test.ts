import assert from "node:assert/strict";
import {
  type FetchItem,
  scanChangedSince,
  scanFetchItems,
} from "./fetch_items.ts";
import { Scanner } from "./scanner.ts";

function scan(line: string) {
  const args = new Scanner({ lines: [line], literals: [] });
  const items = scanFetchItems(args);
  const changedSince = scanChangedSince(args);
  args.end();
  return { items, changedSince };
}

const named = (items: readonly FetchItem[]) =>
  items.map((item) => item.kind === "section" ? item.name : item.kind);

for (
  const [line, want] of [
    ["ALL", ["flags", "internal_date", "size", "envelope"]],
    ["fast", ["flags", "internal_date", "size"]],
    ["FULL", ["flags", "internal_date", "size", "envelope", "body"]],
    ["FLAGS", ["flags"]],
    ["(uid rfc822.size)", ["uid", "size"]],
    ["(BODY BODYSTRUCTURE)", ["body", "body_structure"]],
    ["(FLAGS UID FLAGS)", ["flags", "uid"]],
    ["(BODY[] BODY[])", ["BODY[]"]],
    ["(RFC822 RFC822.HEADER RFC822.TEXT RFC822.SIZE)", [
      "RFC822",
      "RFC822.HEADER",
      "RFC822.TEXT",
      "size",
    ]],
    ["body.peek[1.2.header.fields (From  )]", undefined],
    ["body.peek[1.2.header.fields (From tO)]", [
      "BODY[1.2.HEADER.FIELDS (From tO)]",
    ]],
    ["BODY[HEADER.FIELDS.NOT (a)]<5.10>", ["BODY[HEADER.FIELDS.NOT (a)]<5>"]],
    ['BODY[HEADER.FIELDS ("a b")]', ['BODY[HEADER.FIELDS ("a b")]']],
    ["BODY[1.MIME]", ["BODY[1.MIME]"]],
    ["BODY[TEXT]<0.4294967295>", ["BODY[TEXT]<0>"]],
    ["BODY[MIME]", undefined],
    ["BODY[0]", undefined],
    ["BODY[1.]", undefined],
    ["BODY[.1]", undefined],
    ["BODY[1", undefined],
    ["BODY[]<1>", undefined],
    ["BODY[]<1.0>", undefined],
    ["BODY[HEADER.FIELDS ()]", undefined],
    ["BODY[HEADERS]", undefined],
    ["BODYX", undefined],
    ["()", undefined],
    ["(FLAGS ALL)", undefined],
    ["(FLAGS", undefined],
    ["FLAGS UID", undefined],
    ["BODY[*]", undefined],
  ] as const
) {
  Deno.test(`scanFetchItems() ${want ? "reads" : "refuses"} ${line}`, () => {
    if (want) assert.deepEqual(named(scan(line).items), want);
    else assert.throws(() => scan(line), SyntaxError);
  });
}

Deno.test("scanFetchItems() knows part, fields and partial", () => {
  const [item] = scan("BODY[2.1.HEADER.FIELDS (To CC)]<3.4>").items;
  assert.deepEqual(item, {
    kind: "section",
    name: "BODY[2.1.HEADER.FIELDS (To CC)]<3>",
    section: {
      part: [2, 1],
      kind: "header_fields",
      fields: new Set(["to", "cc"]),
    },
    partial: { start: 3, length: 4 },
    peek: false,
  });
});

Deno.test("scanChangedSince() reads the modifier", () => {
  assert.equal(scan("(FLAGS) (CHANGEDSINCE 90210)").changedSince, 90210);
  assert.equal(scan("(FLAGS)").changedSince, undefined);
  assert.throws(() => scan("(FLAGS) (CHANGEDSINCE x)"), SyntaxError);
  assert.throws(() => scan("(FLAGS) ()"), SyntaxError);
});
