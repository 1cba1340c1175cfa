import assert from "node:assert/strict";
import { Scanner } from "./scanner.ts";

const encode = (text: string) => new TextEncoder().encode(text);
const scan = (line: string) => new Scanner({ lines: [line], literals: [] });

for (
  const [name, line, read, want] of [
    ["tag()", "A0001 ", (s: Scanner) => s.tag(), "A0001"],
    ["tag() takes ]", "a]b ", (s: Scanner) => s.tag(), "a]b"],
    ["commandName()", "noop", (s: Scanner) => s.commandName(), "NOOP"],
    [
      "commandName() takes both words of UID commands",
      "uid fetch 1",
      (s: Scanner) => s.commandName(),
      "UID FETCH",
    ],
    ["astring() as atom", "a]+b c", (s: Scanner) => s.astring(), "a]+b"],
    ["astring() as NIL", "NIL", (s: Scanner) => s.astring(), "NIL"],
    [
      "astring() as quoted",
      '"a \\"\\\\ b" c',
      (s: Scanner) => s.astring(),
      'a "\\ b',
    ],
    ["astring() empty", '""', (s: Scanner) => s.astring(), ""],
    ["nstring() as NIL", "nil", (s: Scanner) => s.nstring(), undefined],
    ["nstring() as string", '"NIL"', (s: Scanner) => s.nstring(), "NIL"],
    ["listPattern()", "a/%*] ", (s: Scanner) => s.listPattern(), "a/%*]"],
    ["number()", "4294967295", (s: Scanner) => s.number(), 4294967295],
    [
      "number64()",
      "9007199254740991",
      (s: Scanner) => s.number64(),
      9007199254740991,
    ],
    ["list()", "(a b)", (s: Scanner) => s.list(() => s.atom()), ["a", "b"]],
    ["list() empty", "()", (s: Scanner) => s.list(() => s.atom()), []],
    [
      "sequenceSet() keeps ranges",
      "1:*,7,*:3 x",
      (s: Scanner) => s.sequenceSet(),
      [{ first: 1, last: "*" }, { first: 7, last: 7 }, {
        first: "*",
        last: 3,
      }],
    ],
    [
      "flags() in parentheses",
      "(\\Seen $Junk)",
      (s: Scanner) => s.flags(),
      ["\\Seen", "$Junk"],
    ],
    ["flags() none", "()", (s: Scanner) => s.flags(), []],
    [
      "flags() bare",
      "\\Seen x",
      (s: Scanner) => s.flags(),
      ["\\Seen", "x"],
    ],
  ] as const
) {
  Deno.test(`${name} reads ${line}`, () => {
    assert.deepEqual(read(scan(line)), want);
  });
}

for (
  const [name, line, read] of [
    ["tag()", "+ ", (s: Scanner) => s.tag()],
    ["tag()", "", (s: Scanner) => s.tag()],
    ["tag()", "a".repeat(65), (s: Scanner) => s.tag()],
    ["atom()", "(a", (s: Scanner) => s.atom()],
    ["atom()", "]", (s: Scanner) => s.atom()],
    ["astring()", '"open', (s: Scanner) => s.astring()],
    ["astring()", '"a\\b"', (s: Scanner) => s.astring()],
    ["astring()", '"a\\', (s: Scanner) => s.astring()],
    ["astring()", "{3}", (s: Scanner) => s.astring()],
    ["astring()", "%", (s: Scanner) => s.astring()],
    ["number()", "4294967296", (s: Scanner) => s.number()],
    ["number()", "-1", (s: Scanner) => s.number()],
    ["number64()", "1".repeat(20), (s: Scanner) => s.number64()],
    ["sequenceSet()", "0", (s: Scanner) => s.sequenceSet()],
    ["sequenceSet()", "1:", (s: Scanner) => s.sequenceSet()],
    ["sequenceSet()", "1,", (s: Scanner) => s.sequenceSet()],
    ["list()", "(a  b)", (s: Scanner) => s.list(() => s.atom())],
    ["list()", "(a", (s: Scanner) => s.list(() => s.atom())],
    ["flags()", "(\\)", (s: Scanner) => s.flags()],
    ["space()", "a", (s: Scanner) => s.space()],
    ["end()", " ", (s: Scanner) => s.end()],
  ] as const
) {
  Deno.test(`${name} refuses ${line.slice(0, 20)}`, () => {
    assert.throws(() => read(scan(line)), SyntaxError);
  });
}

Deno.test("astring() takes literals, and the line goes on behind them", () => {
  const scanner = new Scanner({
    lines: ["a LOGIN {3}", " {4+}", ""],
    literals: [encode("ann"), encode("p\u00e9w")],
  });
  assert.equal(scanner.tag(), "a");
  scanner.space();
  assert.equal(scanner.commandName(), "LOGIN");
  scanner.space();
  assert.equal(scanner.astring(), "ann");
  scanner.space();
  assert.equal(scanner.atEnd(), false);
  assert.equal(scanner.astring(), "p\u00e9w");
  scanner.end();
});

Deno.test("string() refuses NUL in a literal", () => {
  const scanner = new Scanner({
    lines: ["{1}", ""],
    literals: [Uint8Array.of(0)],
  });
  assert.throws(() => scanner.string(), SyntaxError);
});

Deno.test("list() refuses the 1001st element", () => {
  const text = (n: number) => `(${"a ".repeat(n - 1)}a)`;
  const fits = scan(text(1000));
  assert.equal(fits.list(() => fits.atom()).length, 1000);
  const over = scan(text(1001));
  assert.throws(() => over.list(() => over.atom()), SyntaxError);
});

Deno.test("list() refuses the 17th level", () => {
  const depth = (n: number) => {
    const scanner = scan("(".repeat(n) + ")".repeat(n));
    const level = (): unknown => scanner.list(level);
    return level();
  };
  assert.doesNotThrow(() => depth(16));
  assert.throws(() => depth(17), SyntaxError);
});
