import assert from "node:assert/strict";
import { redact } from "./redact.ts";

const ROWS: [string, string][] = [
  ["no ann@relay.example here", "no <address> here"],
  ["<ann@[192.0.2.1]>", "<<address>>"],
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
  const start = performance.now();
  for (const piece of ["@", ":", "a@", "1.", "a", "::1 "]) {
    redact(piece.repeat(100_000));
  }
  assert.ok(performance.now() - start < 1000);
});
