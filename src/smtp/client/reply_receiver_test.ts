import assert from "node:assert/strict";
import { ReplyReceiver, type SmtpReply } from "./reply_receiver.ts";

const encoder = new TextEncoder();

function readAll(text: string, chunk: number): (SmtpReply | string)[] {
  const receiver = new ReplyReceiver();
  const seen: (SmtpReply | string)[] = [];
  const octets = encoder.encode(text);
  for (let at = 0; at < octets.length; at += chunk) {
    receiver.push(octets.subarray(at, at + chunk));
    for (let input = receiver.next(); input; input = receiver.next()) {
      seen.push(input.kind === "reply" ? input.reply : input.fault);
      if (input.kind === "fault") return seen;
    }
  }
  return seen;
}

const ROWS: readonly [string, string, readonly (SmtpReply | string)[]][] = [
  ["one line", "250 2.1.0 OK\r\n", [
    { code: 250, status: "2.1.0", lines: ["OK"] },
  ]],
  ["no text", "354\r\n250 \r\n", [
    { code: 354, lines: [""] },
    { code: 250, lines: [""] },
  ]],
  ["several lines", "250-a\r\n250-SIZE 5\r\n250 b\n", [
    { code: 250, lines: ["a", "SIZE 5", "b"] },
  ]],
  ["codes in each line", "550-5.1.1 No\r\n550 5.1.1 such user\r\n", [
    { code: 550, status: "5.1.1", lines: ["No", "such user"] },
  ]],
  ["octets that are no UTF-8", "250 \u00ff\r\n", [
    { code: 250, lines: ["\u00ff"] },
  ]],
  ["mixed codes", "250-a\r\n251 b\r\n", ["mixed_codes"]],
  ["no reply", "hello\r\n", ["no_reply"]],
  ["a code out of range", "600 x\r\n", ["no_reply"]],
  ["a long line", `250 ${"x".repeat(4100)}`, ["long_line"]],
  ["many lines", "250-x\r\n".repeat(101), ["too_many_lines"]],
  ["an empty line", "\r\n", ["no_reply"]],
];

for (const [what, text, expected] of ROWS) {
  for (const chunk of [1, 7, 65_536]) {
    Deno.test(`next() reads ${what} in chunks of ${chunk}`, () => {
      assert.deepEqual(readAll(text, chunk), expected);
    });
  }
}

Deno.test("next() holds no more than a reply, whatever comes", () => {
  let seed = 7;
  const next = () => seed = (seed * 1103515245 + 12345) & 0x7fffffff;
  for (let round = 0; round < 300; round++) {
    const receiver = new ReplyReceiver();
    for (let i = 0; i < 40; i++) {
      const octets = Uint8Array.from(
        { length: next() % 400 },
        () => "2505 -\r\n.x".charCodeAt(next() % 10),
      );
      receiver.push(octets);
      for (let input = receiver.next(); input; input = receiver.next()) {
        if (input.kind === "fault") break;
      }
      assert.ok(receiver.pending <= 4096 + 400 + 100);
    }
  }
});
