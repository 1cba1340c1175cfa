import assert from "node:assert/strict";
import { MboxLines } from "./mbox.ts";

function written(text: string, chunk: number): string {
  const octets = new TextEncoder().encode(text);
  const lines = new MboxLines();
  let out = "";
  for (let at = 0; at < octets.length; at += chunk) {
    out += new TextDecoder().decode(
      lines.push(octets.subarray(at, at + chunk)),
    );
  }
  return out + new TextDecoder().decode(lines.end());
}

/** What the format asks for, of all of it at once. */
function expected(text: string): string {
  const lines = text.replaceAll("\r\n", "\n")
    .replaceAll(/^(>*From )/gm, ">$1");
  return `${lines}${lines === "" || lines.endsWith("\n") ? "" : "\n"}\n`;
}

const CASES = [
  "",
  "a\r\n",
  "a",
  "From ann\r\n",
  ">From ann\r\n>>>From \r\n",
  "from \r\nFrom\r\nFro\r\nFrom\tx\r\n> From x\r\n",
  "a\rb\r\r\nc",
  "a\nFrom b\nFrom",
  "From From From ",
  "\r\n\r\nFrom x\r\n\r\n",
  "x>From \r\n",
];

for (const text of CASES) {
  for (const chunk of [1, 2, 3, 1000]) {
    Deno.test(`MboxLines writes ${JSON.stringify(text)} in pieces of ${chunk}`, () => {
      assert.equal(written(text, chunk), expected(text));
    });
  }
}

Deno.test("MboxLines writes whatever comes as if it came at once", () => {
  const seed = Number(Deno.env.get("FUZZ_SEED") ?? 1);
  let state = seed;
  const next = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
  for (let round = 0; round < 3000; round++) {
    const parts = ["From ", "F", "\r\n", "\n", ">", "x", "From", " ", "\r\n"];
    const text = Array.from({ length: next(12) }, () => parts[next(9)]).join(
      "",
    );
    assert.equal(
      written(text, 1 + next(4)),
      expected(text),
      `seed ${seed}: ${JSON.stringify(text)}`,
    );
  }
});
