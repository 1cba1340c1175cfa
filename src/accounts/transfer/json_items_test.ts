import assert from "node:assert/strict";
import { JsonItems, jsonItems } from "./json_items.ts";
import { FUZZ_SEED, fuzzSeeds } from "../../../tests/harness/fuzz.ts";

function read(text: string, chunk = text.length || 1): unknown[] {
  const items = new JsonItems();
  const out: unknown[] = [];
  for (let i = 0; i < text.length; i += chunk) {
    out.push(...items.push(text.slice(i, i + chunk)));
  }
  items.end();
  return out;
}

const READ: [string, unknown[]][] = [
  ["[]", []],
  [" [ ] \n", []],
  ["[1]", [1]],
  ['[1,"a",true,null,-2.5e3]', [1, "a", true, null, -2500]],
  ['[{"a":[1,{"b":"}]"}]},[[]],"\\"]"]', [
    { a: [1, { b: "}]" }] },
    [[]],
    '"]',
  ]],
  ['["\\\\",2]', ["\\", 2]],
  ['{"users":[{"username":"a"},2]}', [{ username: "a" }, 2]],
  ['{"total":2,"x":{"users":[9]},"users":[1,2],"y":"z"}', [1, 2]],
  ['{"total":[1,2],"users":[]}', []],
  ['["é😀"]', ["é😀"]],
];
for (const [text, items] of READ) {
  for (const chunk of [1, 7, 65_536]) {
    Deno.test(`JsonItems reads ${text} in chunks of ${chunk}`, () => {
      assert.deepEqual(read(text, chunk), items);
    });
  }
}

const REFUSED = [
  "",
  " ",
  "1",
  '"users"',
  "[",
  "[1",
  "[1,",
  "[1,]",
  "[,1]",
  "[1 2]",
  "[1]]",
  "[1]x",
  "[1}",
  "[tru]",
  "[01]",
  '["\n"]',
  '[{"a":1]',
  "[{]}]",
  "{}",
  '{"users":{}}',
  '{"users":[1]',
  '{"users":[1],}',
  "{users:[1]}",
  '{"total":1}',
  '{"users":[1],"users":[2]}',
  `["${"x".repeat(65_536)}"]`,
  "[".repeat(70_000),
];
for (const text of REFUSED) {
  for (const chunk of [1, 65_536]) {
    Deno.test(`JsonItems refuses ${text.slice(0, 30)} in chunks of ${chunk}`, () => {
      assert.throws(() => read(text, chunk), SyntaxError);
    });
  }
}

Deno.test("JsonItems takes an item at its limit", () => {
  const text = "x".repeat(65_534);
  assert.deepEqual(read(`["${text}"]`), [text]);
  assert.throws(() => read(`["${text}x"]`), SyntaxError);
});

async function* octets(...chunks: number[][]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield new Uint8Array(chunk);
}

Deno.test("jsonItems() joins characters that were cut, and refuses what is not UTF-8", async () => {
  const cut = octets([0x5b, 0x22, 0xc3], [0xa9, 0x22, 0x5d]);
  assert.deepEqual(await Array.fromAsync(jsonItems(cut)), ["é"]);
  for (
    const bad of [octets([0x5b, 0x22, 0xff, 0x22, 0x5d]), octets([0x5b, 0xc3])]
  ) {
    await assert.rejects(Array.fromAsync(jsonItems(bad)), SyntaxError);
  }
});

Deno.test("JsonItems agrees with JSON.parse on mutations, in any chunks", () => {
  const seed = FUZZ_SEED;
  let state = seed;
  const next = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
  for (const _ of fuzzSeeds(5000)) {
    const [start = ""] = READ[next(READ.length)] ?? [];
    const characters = [...start];
    for (let i = next(4); i > 0; i--) {
      const at = next(characters.length + 1);
      characters.splice(at, next(2), '[]{}",:\\ 1ae\n\0'[next(14)] ?? "");
    }
    const text = characters.join("");
    let ours: unknown[] | undefined;
    try {
      ours = read(text, 1 + next(5));
    } catch (error) {
      assert.ok(error instanceof SyntaxError, `seed ${seed}: ${text}`);
    }
    let theirs: unknown;
    try {
      theirs = JSON.parse(text);
    } catch {
      assert.equal(ours, undefined, `seed ${seed}: ${text}`);
      continue;
    }
    if (Array.isArray(theirs)) {
      assert.deepEqual(ours, theirs, `seed ${seed}: ${text}`);
    } else if (ours) {
      const { users } = theirs as { users: unknown };
      assert.deepEqual(ours, users, `seed ${seed}: ${text}`);
    }
  }
});
