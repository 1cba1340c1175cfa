import assert from "node:assert/strict";
import { redact, redactError } from "./redact.ts";
import { workedMs } from "../../tests/harness/worked.ts";

const ROWS: [string, string][] = [
  ["no ann@relay.example here", "no <address> here"],
  ["<ann@[192.0.2.1]>", "<address>"],
  ["ann+x@[IPv6:2001:db8::1],", "<address>,"],
  ["from 192.0.2.1:4711", "from <ip>:4711"],
  ["from [2001:db8::1]:25", "from [<ip>]:25"],
  ["at ::1", "at <ip>"],
  ["at ::ffff:192.0.2.1", "at <ip>"],
  ["AUTH AGFubgBzZWNyZXQgcGFzc3dvcmQh==", "AUTH <base64>"],
  ["short AGFubgBzZWNyZXQ=", "short AGFubgBzZWNyZXQ="],
  ["at 12:34:56, 3 of 10.5", "at <ip>, 3 of 10.5"],
  [
    "SQLITE_FULL: database or disk is full",
    "SQLITE_FULL: database or disk is full",
  ],
  ["Ä@ö.example", "<address>"],
];
for (const [text, expected] of ROWS) {
  Deno.test(`redact() makes ${JSON.stringify(expected)}`, () => {
    assert.equal(redact(text), expected);
  });
}

Deno.test("redact() is quick on hostile text", () => {
  const start = workedMs();
  for (const piece of ["@", ":", "a@", "1.", "a", "::1 "]) {
    redact(piece.repeat(100_000));
  }
  assert.ok(workedMs() - start < 1000);
});

function errorOf(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

const ERRORS: [string, () => unknown, RegExp][] = [
  [
    "text that is no JSON",
    () => JSON.parse("Dear Ann, hello"),
    /^SyntaxError: Unexpected token <text>, <text>/,
  ],
  ["text that is no URL", () => new URL("dear ann"), /^TypeError: Invalid URL/],
  [
    "a field that is not there",
    () => (undefined as unknown as { length: number }).length,
    /^TypeError: Cannot read properties of undefined \(reading 'length'\)/,
  ],
  [
    "quotes that do not close",
    () => new Error('Expected a word, got "dear ann'),
    /^Error: Expected a word, got <text>/,
  ],
  [
    "lines that look like the stack",
    () => new Error("x\n    at dear ann (secret.ts:1:1)"),
    /^Error: x {2,}at dear ann/,
  ],
  ["what is no error", () => "dear ann", /^thrown: string$/],
  ["an object", () => ({ toString: () => "dear ann" }), /^thrown: object$/],
  ["nothing", () => undefined, /^thrown: undefined$/],
];
for (const [what, work, expected] of ERRORS) {
  Deno.test(`redactError() shows ${what} in one line`, () => {
    const shown = redactError(errorOf(work));
    assert.match(shown, expected);
    assert.ok(!shown.includes("\n"));
  });
}
