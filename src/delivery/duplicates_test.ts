import assert from "node:assert/strict";
import { duplicateKey, Duplicates } from "./duplicates.ts";

function setUp() {
  let nowMs = 0;
  const clock = { now: () => nowMs, monotonic: () => nowMs };
  let delivered = 0;
  const deliver = () => {
    delivered++;
    return Promise.resolve();
  };
  return {
    duplicates: new Duplicates(clock),
    deliver,
    pass: (ms: number) => nowMs += ms,
    delivered: () => delivered,
  };
}

Deno.test("once() delivers a message once in ten minutes", async () => {
  const { duplicates, deliver, delivered, pass } = setUp();
  await Promise.all([
    duplicates.once("a", deliver),
    duplicates.once("a", deliver),
    duplicates.once("b", deliver),
  ]);
  assert.equal(delivered(), 2);
  pass(10 * 60 * 1000 - 1);
  await duplicates.once("a", deliver);
  assert.equal(delivered(), 2);
  pass(1);
  await duplicates.once("a", deliver);
  assert.equal(delivered(), 3);
});

Deno.test("once() tries again what has failed, also while it was failing", async () => {
  const { duplicates, deliver, delivered } = setUp();
  const failing = () => Promise.reject(new Error("disk"));
  const first = duplicates.once("a", failing);
  const second = duplicates.once("a", deliver);
  await assert.rejects(first, /disk/);
  await second;
  assert.equal(delivered(), 1);
  await duplicates.once("a", deliver);
  assert.equal(delivered(), 1);
});

function staged(body: string, messageId: string | undefined) {
  const header = "A: b\r\n\r\n";
  return {
    content: {
      kind: "inline" as const,
      octets: new TextEncoder().encode(header + body),
    },
    headerOctets: header.length,
    header: {
      octets: new TextEncoder().encode(header),
      messageId: messageId ?? "<made@up>",
      hadMessageId: messageId !== undefined,
    },
  };
}

Deno.test("duplicateKey() differs with each of its facts", () => {
  const keys = [
    duplicateKey("ann", ["bob"], staged("x", "<1@a>")),
    duplicateKey("eve", ["bob"], staged("x", "<1@a>")),
    duplicateKey("ann", ["bob", "eve"], staged("x", "<1@a>")),
    duplicateKey("ann", ["bob"], staged("y", "<1@a>")),
    duplicateKey("ann", ["bob"], staged("x", "<2@a>")),
  ];
  assert.equal(new Set(keys).size, 5);
  const again = duplicateKey("ann", ["bob"], staged("x", "<1@a>"));
  assert.equal(again, keys[0]);
  assert.equal(duplicateKey("ann", [], staged("x", undefined)), undefined);
});
