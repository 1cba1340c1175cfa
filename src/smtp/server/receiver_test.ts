import assert from "node:assert/strict";
import { type SmtpInput, SmtpReceiver } from "./receiver.ts";

const encoder = new TextEncoder();
const MAX_LINE = 100;

function inputs(text: string, chunk = text.length): SmtpInput[] {
  const receiver = new SmtpReceiver();
  const octets = encoder.encode(text);
  const found: SmtpInput[] = [];
  for (let at = 0; at < octets.length; at += chunk) {
    receiver.push(octets.slice(at, at + chunk));
    for (let i = receiver.next(MAX_LINE); i; i = receiver.next(MAX_LINE)) {
      found.push(i);
      if (i.kind === "fault") return found;
    }
  }
  return found;
}

function line(text: string, ascii = true): SmtpInput {
  return { kind: "line", text, ascii };
}

const FAULT = (fault: string) => ({ kind: "fault", fault });
const LONGEST = "x".repeat(MAX_LINE - 2);

const ROWS: readonly [string, string, readonly unknown[]][] = [
  ["lines", "NOOP\r\n\r\nQUIT\r\n", [line("NOOP"), line(""), line("QUIT")]],
  ["a line of the limit", `${LONGEST}\r\n`, [line(LONGEST)]],
  ["a longer one", `${LONGEST}x\r\nA\r\n`, [{ kind: "long_line" }, line("A")]],
  ["UTF-8", "RCPT ü\r\nA\r\n", [line("RCPT ü", false), line("A")]],
  ["a bare LF", "NOOP\nQUIT\r\n", [FAULT("bare_lf")]],
  ["a bare CR", "NO\rOP\r\n", [FAULT("bare_cr")]],
  ["CR CR LF", "NOOP\r\r\n", [FAULT("bare_cr")]],
  ["NUL", "A\r\nNO\0P\r\n", [line("A"), FAULT("nul")]],
  ["a TLS handshake", "\x16\x03\x01\x02\x00", [FAULT("not_smtp")]],
];

for (const [name, text, expected] of ROWS) {
  for (const chunk of [1, 7, 65_536]) {
    Deno.test(`next() reads ${name} in chunks of ${chunk}`, () => {
      assert.deepEqual(inputs(text, chunk), expected);
    });
  }
}

Deno.test("next() faults on a line that goes on after its limit for too long", () => {
  const found = inputs("x".repeat(70_000), 1000);
  assert.deepEqual(found, [FAULT("endless_line")]);
});

Deno.test("next() gives content without copying it, then lines again", () => {
  const receiver = new SmtpReceiver();
  receiver.startContent();
  const octets = encoder.encode("a\r\n..b\r\n.\r\nQUIT\r\n");
  receiver.push(octets);
  const content = receiver.next(MAX_LINE);
  assert.equal(content?.kind, "content");
  if (content?.kind !== "content") return;
  assert.equal(new TextDecoder().decode(content.octets), "a\r\n.b\r\n");
  assert.equal(content.octets.buffer, octets.buffer);
  assert.equal(content.last, true);
  assert.deepEqual(receiver.next(MAX_LINE), line("QUIT"));
  assert.equal(receiver.pending, 0);
});
