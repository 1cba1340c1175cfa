import assert from "node:assert/strict";
import { parseMailboxes, readAddresses } from "./address_list.ts";

for (
  const [text, want] of [
    ["ann@b.example", [["ann", "b.example"]]],
    ["<ann@b.example>", [["ann", "b.example"]]],
    ['"x" <ANN@B.example>', [["ANN", "B.example", "x"]]],
    ['"a <c@d.example>" <ann@b.example>', [[
      "ann",
      "b.example",
      "a <c@d.example>",
    ]]],
    ["John Q. Public <j@b.example>", [["j", "b.example", "John Q. Public"]]],
    ["(hi) ann @ (there) b . example (bye)", [["ann", "b.example"]]],
    ['"a b"@b.example', [["a b", "b.example"]]],
    ['"a\\"b"@b.example', [['a"b', "b.example"]]],
    ["ann@[1.2.3.4]", [["ann", "[1.2.3.4]"]]],
    ["a@b.example,\tc@d.example", [["a", "b.example"], ["c", "d.example"]]],
    ["Ünn <ann@b.example>", [["ann", "b.example", "Ünn"]]],
    ["=?utf-8?Q?a?= b <ann@b.example>", [[
      "ann",
      "b.example",
      "=?utf-8?Q?a?= b",
    ]]],
  ] as const
) {
  Deno.test(`parseMailboxes() reads ${text}`, () => {
    const found = parseMailboxes(text).map((mailbox) =>
      mailbox.name === undefined
        ? [mailbox.localPart, mailbox.domain]
        : [mailbox.localPart, mailbox.domain, mailbox.name]
    );
    assert.deepEqual(found, want);
  });
}

for (
  const text of [
    "",
    "ann",
    "ann@",
    "@b.example",
    "<>",
    "a b@c.example",
    "a..b@c.example",
    ".a@c.example",
    '"a"b@c.example',
    "ann@b.example c@d.example",
    "ann@b.example <c@d.example>",
    "ann <a@b.example> <c@d.example>",
    "<a@b.example> ann",
    "a@b.example,",
    ",a@b.example",
    "a@b.example,,c@d.example",
    "group: a@b.example;",
    "undisclosed:;",
    "<@route.example:a@b.example>",
    "a@b.example (c@d.example)",
    "a@b.example (<c>)",
    "a@b.example (",
    "a@b.example (a\\)",
    '"a <c@d.example>',
    "ann@b..example",
    "ann@[1.2.3.4",
    "a\rb@c.example",
    "a\0@c.example",
    "<ann@b.example",
    "ann@b.example>",
    `${"(".repeat(30)}${")".repeat(30)}ann@b.example`,
  ]
) {
  Deno.test(`parseMailboxes() refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseMailboxes(text), SyntaxError);
  });
}

const mailbox = (localPart: string, domain: string, name?: string) => ({
  kind: "mailbox",
  ...(name === undefined ? {} : { name }),
  localPart,
  domain,
});

for (
  const [text, want] of [
    ["", []],
    ["ann@b.example (Ann)", [mailbox("ann", "b.example", "Ann")]],
    ["Ann B <ann@b.example>, c@d", [
      mailbox("ann", "b.example", "Ann B"),
      mailbox("c", "d"),
    ]],
    ['"hidden-recipients": ;', [
      { kind: "group_start", name: "hidden-recipients" },
      { kind: "group_end" },
    ]],
    ["g: a@b, c@d;, h:;, e@f", [
      { kind: "group_start", name: "g" },
      mailbox("a", "b"),
      mailbox("c", "d"),
      { kind: "group_end" },
      { kind: "group_start", name: "h" },
      { kind: "group_end" },
      mailbox("e", "f"),
    ]],
    ["g: a@b", [
      { kind: "group_start", name: "g" },
      mailbox("a", "b"),
      { kind: "group_end" },
    ]],
    ["<@r.example,@s:a@b>", [
      { kind: "mailbox", route: "@r.example,@s", localPart: "a", domain: "b" },
    ]],
    ["ann", [mailbox("ann", "MISSING_DOMAIN")]],
    ["<<a@b>, ok@b.example", [mailbox("ok", "b.example")]],
    ["a@@b, ok@b.example", [mailbox("ok", "b.example")]],
  ] as const
) {
  Deno.test(`readAddresses() on ${JSON.stringify(text)}`, () => {
    assert.deepEqual(readAddresses(text), want);
  });
}

Deno.test("address lists of any text are read or refused, groups always closed", () => {
  let seed = 5;
  const random = (n: number) => (seed = (seed * 48271) % 2147483647) % n;
  const alphabet = 'ab.@<>,:;"\\()[] \t\r=ü';
  for (let i = 0; i < 20_000; i++) {
    const text = Array.from(
      { length: random(30) },
      () => alphabet[random(alphabet.length)],
    ).join("");
    try {
      parseMailboxes(text);
    } catch (error) {
      assert.ok(error instanceof SyntaxError, `${JSON.stringify(text)}`);
    }
    const kinds = readAddresses(text).map((entry) => entry.kind);
    const count = (kind: string) => kinds.filter((k) => k === kind).length;
    assert.equal(count("group_start"), count("group_end"), text);
  }
});

Deno.test("a long hostile list takes time in proportion to its length", () => {
  for (const piece of ["a@b,", "(", "\\", '"', "a:", "<", "(a)", "."]) {
    readAddresses(piece.repeat(250_000 / piece.length));
  }
});
