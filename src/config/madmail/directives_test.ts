import assert from "node:assert/strict";
import { type Directive, parseDirectives } from "./directives.ts";
import { translateMadmail } from "./translate.ts";
import { FUZZ_SEED } from "../../../tests/harness/fuzz.ts";

function outline({ name, args, block }: Directive): unknown {
  return block === undefined
    ? [name, ...args]
    : { [[name, ...args].join(" ")]: block.map(outline) };
}

const READ: [string, unknown[]][] = [
  ["a b c # d\n", [["a", "b", "c"]]],
  ['a "b c" "d \\"e\\" {"', [["a", "b c", 'd "e" {']]],
  ["a b {\n c d\n e {\n }\n}\nf", [{ "a b": [["c", "d"], { e: [] }] }, ["f"]]],
  ["a { b c }\nd", [{ a: [["b", "c"]] }, ["d"]]],
  ["a b \\\n  c d\ne", [["a", "b", "c", "d"], ["e"]]],
  ["$(x) = 1 2\na $(x) $(none) b", [["a", "1", "2", "b"]]],
  ["$(x) = 1\na http://$(x):$(y)/", [["a", "http://1:$(y)/"]]],
  ["\ufeffa\r\n b\r\n", [["a"], ["b"]]],
];
for (const [text, expected] of READ) {
  Deno.test(`parseDirectives() reads ${JSON.stringify(text).slice(0, 50)}`, () => {
    assert.deepEqual(parseDirectives(text).directives.map(outline), expected);
  });
}

const REFUSED: [string, string, RegExp][] = [
  ["blocks in blocks", "a {\n".repeat(40), /too deep/],
  [
    "names that double",
    `$(a) = x x x x\n${"$(a) = $(a) $(a)\n".repeat(20)}`,
    /too many arguments/,
  ],
  [
    "words that double",
    `$(a) = ${"x".repeat(100)}\n${"$(a) = $(a)$(a)\n".repeat(20)}`,
    /too long/,
  ],
  [
    "a long word, again and again",
    `$(a) = ${"x".repeat(16_000)}\nb ${"$(a)".repeat(200_000)}`,
    /too long/,
  ],
  [
    "a name of many, again and again",
    `$(a) = ${"x ".repeat(900)}\n${"b $(a)\n".repeat(100_000)}`,
    /too many arguments/,
  ],
  ["many names", "$(a) = 1\n".repeat(2000), /too many names/],
  ["a megabyte", "a\n".repeat(600_000), /1 MiB/],
  ["a name of many in a word", "$(a) = 1 2\nb x$(a)", /several values/],
  ["a } too many", "a\n}\n", /without a \{/],
];
for (const [what, text, message] of REFUSED) {
  Deno.test(`parseDirectives() refuses ${what}`, () => {
    assert.throws(
      () => parseDirectives(text),
      (error) => error instanceof SyntaxError && message.test(error.message),
    );
  });
}

Deno.test("translateMadmail() throws nothing but SyntaxError, whatever it reads", () => {
  const seed = FUZZ_SEED;
  let state = seed;
  const next = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state % below;
  };
  const words = [
    "{",
    "}",
    "\n",
    '"',
    "\\",
    "#",
    "$(a)",
    "=",
    "smtp",
    "tcp://0.0.0.0:25",
    "chatmail",
    "tls",
    "file",
    "loader",
    "turn",
    "secret",
    "x",
    "1G",
    "{env:A}",
    "imap",
    "storage.imapsql",
    "appendlimit",
    "hostname",
    "listen",
    "é",
    "[1.2.3.4]",
  ];
  for (let round = 0; round < 3000; round++) {
    const text = Array.from(
      { length: next(40) },
      () => words[next(words.length)],
    )
      .join(next(2) ? " " : "\n");
    try {
      translateMadmail(text, next(4) ? "maddy.conf" : "chatmail.toml");
    } catch (error) {
      assert.ok(
        error instanceof SyntaxError,
        `seed ${seed}: ${error}\n${text}`,
      );
    }
  }
});
