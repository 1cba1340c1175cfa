import assert from "node:assert/strict";
import { parse } from "smol-toml";
import { KeyPositions } from "./positions.ts";
import { fuzzSeeds } from "../../tests/harness/fuzz.ts";

const NASTY = `# domain = "no"
"quoted key" = 1
[server] # [not.a.table]
  domain = "a.example" # = x
text = """
[listen]
smtp = 25
""\\"""""
raw = '''
[tls]
mode = "file"'''
a . "b.c" . d = [1, "],{", # ]
  { x = 1, y = '}' },
  [ 2 ],
]
inline = { k = "}", "n \\u0041" = { deep = [ { e = 1 } ] } }
when = 1979-05-27T07:32:00Z
[[list]]
n = 1
[[list]]
n = 2
[list.sub]
s = 1
[ spaced . out ]
\tz = false\r
last=1`;

const PLACES: [string[], number, number][] = [
  [["quoted key"], 2, 1],
  [["server"], 3, 2],
  [["server", "domain"], 4, 3],
  [["server", "text"], 5, 1],
  [["server", "raw"], 9, 1],
  [["server", "a", "b.c", "d"], 12, 13],
  [["server", "a", "b.c", "d", "2", "y"], 13, 12],
  [["server", "a", "b.c", "d", "3", "0"], 14, 5],
  [["server", "inline", "n A", "deep", "0", "e"], 16, 47],
  [["server", "when"], 17, 1],
  [["list", "1", "n"], 21, 1],
  [["list", "1", "sub", "s"], 23, 1],
  [["spaced", "out", "z"], 25, 2],
  [["spaced", "out", "last"], 26, 1],
  [["spaced", "out", "absent"], 24, 3],
  [["nowhere"], 1, 1],
];
for (const [path, line, column] of PLACES) {
  Deno.test(`find() finds ${path.join(" > ")}`, () => {
    assert.doesNotThrow(() => parse(NASTY));
    const positions = new KeyPositions(NASTY);
    assert.deepEqual(positions.find(path), { line, column });
  });
}

Deno.test("find() takes no key from strings and comments", () => {
  const positions = new KeyPositions(NASTY);
  assert.deepEqual(positions.find(["listen", "smtp"]), { line: 1, column: 1 });
  assert.deepEqual(positions.find(["tls", "mode"]), { line: 1, column: 1 });
});

/** Every path of a document, so that each must have been found. */
function* paths(value: unknown, path: string[] = []): Generator<string[]> {
  if (path.length > 0) yield path;
  if (typeof value !== "object" || value === null || value instanceof Date) {
    return;
  }
  for (const [key, child] of Object.entries(value)) {
    yield* paths(child, [...path, key]);
  }
}

class Random {
  constructor(private state: number) {}
  below(limit: number): number {
    this.state = (Math.imul(this.state, 1_103_515_245) + 12_345) >>> 0;
    return (this.state >>> 8) % limit;
  }
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }
}

const VALUES = [
  "1",
  "-2.5e3",
  "true",
  '"# [x] = {"',
  "'\"'",
  '"""a\n[q]\nk = 1\n"""',
  "'''\n]'''",
  "1979-05-27",
  '"\\""',
  "[]",
  "{}",
];

function randomValue(random: Random, depth: number): string {
  const shape = random.below(depth > 3 ? 1 : 4);
  if (shape < 2) return random.pick(VALUES);
  const items = Array.from({ length: random.below(4) }, (_, i) => {
    const value = randomValue(random, depth + 1);
    const key = random.pick([`k${i}`, `"a.${i}"`, `'c ${i}'`]);
    return shape === 2 ? value : `${key} = ${value}`;
  });
  const comma = shape === 2 ? random.pick([",", " ,\n", ", # ]\n"]) : ", ";
  return shape === 2 ? `[${items.join(comma)}]` : `{ ${items.join(comma)} }`;
}

function randomDocument(random: Random): string {
  let text = "";
  for (let i = 0; i < 8; i++) {
    if (random.below(3) === 0) {
      text += random.pick([`[t${i}]`, `[[list]]`, `[ "t.${i}" . x ] # [`]);
      text += "\n";
    }
    text += random.pick(["", "  ", "\t"]);
    text += random.pick([`k${i}`, `"q ${i}"`, `d${i} . e`, `'l${i}'`]);
    text += ` = ${randomValue(random, 0)}${random.pick(["", " # = x"])}\n`;
  }
  return text;
}

Deno.test("KeyPositions finds every key a TOML parser finds", () => {
  const seed = Number(Deno.env.get("FUZZ_SEED") ?? 7);
  const random = new Random(seed);
  let parsed = 0;
  for (let round = 0; round < 1500; round++) {
    const text = randomDocument(random);
    let document: unknown;
    try {
      document = parse(text);
    } catch {
      continue;
    }
    parsed++;
    const positions = new KeyPositions(text);
    const lines = text.split("\n");
    for (const path of paths(document)) {
      const { line, column } = positions.find(path);
      const name = path.at(-1) ?? "";
      const rest = (lines[line - 1] ?? "").slice(column - 1);
      const isElement = /^\d+$/.test(name);
      assert.ok(
        isElement || rest.replace(/^["']/, "").startsWith(name) ||
          rest.includes(name),
        `seed ${seed}, round ${round}: ${path} at ${line}:${column}\n${text}`,
      );
    }
  }
  assert.ok(parsed > 1000, `only ${parsed} documents were TOML`);
});

Deno.test("KeyPositions ends on any text", () => {
  const seed = Number(Deno.env.get("FUZZ_SEED") ?? 11);
  const random = new Random(seed);
  const pieces = ["[", "]", "{", "}", '"', "'", "\\", "=", ".", ",", "#", "\n"]
    .concat(["a", " ", '"""', "'''", "é", "\r\n", "[[", "]]", "1"]);
  for (const _ of fuzzSeeds(5000)) {
    const text = Array.from(
      { length: random.below(60) },
      () => random.pick(pieces),
    ).join("");
    const { line, column } = new KeyPositions(text).find(["a", "a"]);
    assert.ok(line >= 1 && column >= 1, `seed ${seed}: ${text}`);
  }
});

Deno.test("KeyPositions bears text that nests without end", () => {
  new KeyPositions(`a = ${"[".repeat(100_000)}`);
  new KeyPositions(`a = ${"{ b = ".repeat(100_000)}`);
  new KeyPositions(`a = """${'x"'.repeat(300_000)}`);
  new KeyPositions(`a = ${"# x\n".repeat(200_000)}`);
});

Deno.test("KeyPositions places deep and long keys at what is around them", () => {
  const deep = Array.from({ length: 20 }, () => "a");
  const positions = new KeyPositions(
    `b = 1\n${deep.join(".")} = 1\n[${"c".repeat(300)}]\nd = 1\n`,
  );
  assert.deepEqual(positions.find(["b"]), { line: 1, column: 1 });
  assert.deepEqual(positions.find(deep.slice(0, 3)), { line: 2, column: 5 });
  assert.deepEqual(positions.find(deep), { line: 2, column: 15 });
  assert.deepEqual(positions.find(["c".repeat(300), "d"]), {
    line: 4,
    column: 1,
  });
});
