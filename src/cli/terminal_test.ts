import assert from "node:assert/strict";
import { shownOn } from "./terminal.ts";

const NASTY = "a\x1b[2J\x9b31m\x07\r\tb\u200f\n";

Deno.test("a terminal is not told to do anything by what others have said", () => {
  assert.equal(
    shownOn({ isTerminal: () => true }, NASTY),
    "a\ufffd[2J\ufffd31m\ufffd\ufffd\tb\u200f\n",
  );
});

Deno.test("a file or a program gets everything as it is", () => {
  assert.equal(shownOn({ isTerminal: () => false }, NASTY), NASTY);
});
