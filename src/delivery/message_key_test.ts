import assert from "node:assert/strict";
import { messageKey } from "./message_key.ts";

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

function keyOf(...args: Parameters<typeof messageKey>): string | undefined {
  return messageKey(...args)?.octets.toHex();
}

Deno.test("messageKey() differs with each of its facts", () => {
  const keys = [
    keyOf("ann", ["bob"], staged("x", "<1@a>")),
    keyOf("eve", ["bob"], staged("x", "<1@a>")),
    keyOf("ann", ["bob", "eve"], staged("x", "<1@a>")),
    keyOf("ann", ["bob"], staged("y", "<1@a>")),
    keyOf("ann", ["bob"], staged("x", "<2@a>")),
  ];
  assert.equal(new Set(keys).size, 5);
  const again = keyOf("ann", ["bob"], staged("x", "<1@a>"));
  assert.equal(again, keys[0]);
  assert.equal(keyOf("ann", [], staged("x", undefined)), undefined);
});
