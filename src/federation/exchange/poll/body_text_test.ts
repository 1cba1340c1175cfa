import assert from "node:assert/strict";
import { concat } from "../../../base/octets.ts";
import { BodyFault, bodyOctets } from "./body_text.ts";

async function decode(
  written: string,
  encoding: "base64" | "text",
  pieceOctets: number,
): Promise<Uint8Array> {
  async function* pieces() {
    const octets = new TextEncoder().encode(written);
    for (let at = 0; at < octets.length; at += pieceOctets) {
      yield await Promise.resolve(octets.subarray(at, at + pieceOctets));
    }
  }
  return concat(await Array.fromAsync(bodyOctets(pieces(), encoding)));
}

const TEXTS = [
  "",
  "From: a@b\r\n\r\nhello",
  'ä 😀 \u0000 \\ " / \ud83d\ude00\ud83d\ude00',
  "\\\\\\u0041",
  "x".repeat(1000) + "\r\n",
];

Deno.test("a body is what JSON says, in whatever pieces it comes", async () => {
  for (const text of TEXTS) {
    const plain = JSON.stringify(text).slice(1, -1);
    const escaped = [...text].flatMap((one) => one.split(""))
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join("");
    for (const written of [plain, escaped]) {
      for (const pieceOctets of [1, 2, 3, 5, 7, 100_000]) {
        const octets = await decode(written, "text", pieceOctets);
        assert.equal(new TextDecoder().decode(octets), text);
      }
    }
  }
});

Deno.test("Base64 is decoded with and without padding, line ends and escapes", async () => {
  for (let length = 0; length < 9; length++) {
    const octets = Uint8Array.from({ length }, (_, at) => 250 + at);
    const written = octets.toBase64();
    const forms = [
      written,
      written.replace(/=+$/, ""),
      written.replaceAll("/", "\\/"),
      written.replace(/(.{4})/g, "$1\\r\\n"),
    ];
    for (const form of forms) {
      for (const pieceOctets of [1, 3, 4, 100]) {
        assert.deepEqual(await decode(form, "base64", pieceOctets), octets);
      }
    }
  }
});

Deno.test("what is no body is refused", async () => {
  const wrong = [
    ["base64", "AA==AAAA"],
    ["base64", "AAAA-___"],
    ["base64", "A"],
    ["base64", "Ä"],
    ["text", "\\x"],
    ["text", "\\u12"],
    ["text", "a\\"],
  ] as const;
  for (const [encoding, written] of wrong) {
    for (const pieceOctets of [1, 100]) {
      await assert.rejects(decode(written, encoding, pieceOctets), BodyFault);
    }
  }
});
