import assert from "node:assert/strict";
import type { Uid, UidValidity } from "../../base/ids.ts";
import { Upload } from "./upload.ts";

async function uploaded(message: string, chunk: number): Promise<string> {
  let text = "";
  const upload = new Upload({
    write(octets) {
      text += new TextDecoder().decode(octets);
      return Promise.resolve();
    },
    finish: () =>
      Promise.resolve({ uidValidity: 7 as UidValidity, uid: 9 as Uid }),
    discard: () => Promise.resolve(),
  });
  const octets = new TextEncoder().encode(message);
  for (let at = 0; at < octets.length; at += chunk) {
    await upload.write(octets.subarray(at, at + chunk));
    await upload.write(new Uint8Array());
  }
  assert.equal(await upload.finish(), "[APPENDUID 7 9] APPEND completed");
  return text;
}

const MESSAGES: [string, string][] = [
  ["a\r\nb\r\n", "a\r\nb\r\n"],
  ["a\nb\n", "a\r\nb\r\n"],
  ["\n\n", "\r\n\r\n"],
  ["\r\n\n\r\n", "\r\n\r\n\r\n"],
  ["a\rb\r\r\nc\r", "a\rb\r\r\nc\r"],
  ["\r", "\r"],
  ["no line end", "no line end"],
];
for (const [message, want] of MESSAGES) {
  Deno.test(`write() ends lines with CRLF: ${JSON.stringify(message)}`, async () => {
    for (let chunk = 1; chunk <= message.length; chunk++) {
      assert.equal(await uploaded(message, chunk), want, `chunks of ${chunk}`);
    }
  });
}
