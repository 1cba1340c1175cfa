import assert from "node:assert/strict";
import { ContentScanner } from "./content_scanner.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

interface Outcome {
  readonly content: string;
  readonly ended: boolean;
  readonly fault: "bare_cr" | "bare_lf" | undefined;
  readonly left: string;
}

/** Scans text cut before each of the given offsets. */
function scan(text: string, cuts: readonly number[] = []): Outcome {
  const scanner = new ContentScanner();
  const octets = encoder.encode(text);
  let content = "";
  const edges = [0, ...cuts, octets.length];
  for (let i = 1; i < edges.length; i++) {
    const found = scanner.scan(octets.slice(edges[i - 1], edges[i]));
    if (typeof found === "string") {
      return { content, ended: false, fault: found, left: "" };
    }
    content += decoder.decode(found.content);
    if (found.last) {
      const at = edges[i - 1]! + found.consumedOctets;
      const left = decoder.decode(octets.subarray(at));
      return { content, ended: true, fault: undefined, left };
    }
  }
  return { content, ended: false, fault: undefined, left: "" };
}

const WHOLE: readonly [name: string, text: string, content: string][] = [
  ["a message", "A: b\r\n\r\nc\r\n.\r\n", "A: b\r\n\r\nc\r\n"],
  ["nothing", ".\r\n", ""],
  ["an empty line", "\r\n.\r\n", "\r\n"],
  ["a stuffed dot", "..\r\n.\r\n", ".\r\n"],
  ["stuffed lines", "..a\r\n...b\r\n.c\r\n.\r\n", ".a\r\n..b\r\nc\r\n"],
  ["dots inside lines", "a.b.\r\n. .\r\n.\r\n", "a.b.\r\n .\r\n"],
];

for (const [name, text, content] of WHOLE) {
  Deno.test(`scan() finds the end of ${name}, wherever it is cut`, () => {
    const whole = { content, ended: true, fault: undefined, left: "QUIT\r\n" };
    const all = text + "QUIT\r\n";
    assert.deepEqual(scan(all), whole);
    for (let i = 1; i < all.length; i++) {
      assert.deepEqual(scan(all, [i]), whole);
    }
    assert.deepEqual(scan(all, [...all].map((_, i) => i).slice(1)), whole);
  });
}

const SMUGGLED = [
  "\n.\n",
  "\n.\r\n",
  "\r.\r",
  "\r.\r\n",
  "\r\n.\r",
  "\r\n.\n",
  "\n.\r",
  "\r.\n",
  "\r\r\n.\r\n",
  "\n\r\n.\r\n",
  "\r\n.\r\r\n",
  "\r\n..\n",
  "\n",
  "\r",
];

for (const end of SMUGGLED) {
  const shown = JSON.stringify(end);
  Deno.test(`scan() refuses ${shown} and what would follow it`, () => {
    const text = `A: b\r\n\r\nbody${end}MAIL FROM:<admin@relay.example>\r\n`;
    const alone = /\r(?!\n)|(?<!\r)\n/.exec(text)?.[0];
    const fault = alone === "\r" ? "bare_cr" : "bare_lf";
    assert.equal(scan(text).fault, fault);
    for (let i = 1; i < text.length; i++) {
      const outcome = scan(text, [i]);
      assert.equal(outcome.fault, fault, `cut at ${i}`);
      assert.equal(outcome.ended, false);
    }
  });
}
