import assert from "node:assert/strict";
import { detailJson } from "./detail.ts";
import type { MessageSummary } from "./views.ts";

const SUMMARY = { uid: 7, flags: [] } as unknown as MessageSummary;

async function detail(
  octets: Uint8Array,
  pieceOctets: number,
  encoding: "text" | "base64" = "text",
) {
  let json = "";
  const source = () =>
    Promise.resolve((async function* () {
      for (let at = 0; at < octets.length; at += pieceOctets) {
        yield octets.subarray(at, at + pieceOctets);
      }
    })());
  for await (const piece of detailJson(SUMMARY, source, encoding)) {
    json += piece;
  }
  return JSON.parse(json);
}

const TEXTS: readonly [string, string][] = [
  ["nothing", ""],
  ["ASCII", 'Subject: "a\\b"\r\n\r\n\t\u0001 {"type":"ping"}\r\n'],
  ["UTF-8", "\ufeffé€😀\u2028\ufffd\r\n"],
];
for (const [name, text] of TEXTS) {
  Deno.test(`detailJson() gives ${name} as it is, however it is cut`, async () => {
    const octets = new TextEncoder().encode(text);
    for (const size of [1, 2, 3, 5, 65_536]) {
      assert.deepEqual(await detail(octets, size), {
        ...SUMMARY,
        body: text,
      });
      const { body_base64, ...rest } = await detail(octets, size, "base64");
      assert.deepEqual(rest, SUMMARY);
      assert.deepEqual(Uint8Array.fromBase64(body_base64), octets);
    }
  });
}

Deno.test("detailJson() gives what is not UTF-8 exactly, beside a text", async () => {
  for (
    const octets of [[0xff], [0x41, 0xc3], [0xed, 0xa0, 0x80], [
      0,
      0xe4,
      13,
      10,
    ]]
  ) {
    for (const size of [1, 2, 100]) {
      const { body, body_base64 } = await detail(Uint8Array.from(octets), size);
      assert.ok(body.includes("\ufffd"));
      assert.deepEqual([...Uint8Array.fromBase64(body_base64)], octets);
    }
  }
});
