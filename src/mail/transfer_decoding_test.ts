import assert from "node:assert/strict";
import { transferDecoder } from "./transfer_decoding.ts";

for (
  const [encoding, text, want, malformed] of [
    ["7bit", "a=20\r\n", "a=20\r\n", false],
    ["8bit", "\xff", "\xff", false],
    ["base64", "SGVsbG8=", "Hello", false],
    ["base64", "SGVs\r\nbG8h\r\n", "Hello!", false],
    ["base64", "S GVsb\tG8\n=\n", "Hello", false],
    ["base64", "SGVsbA==", "Hell", false],
    ["base64", "SGVsbA", "Hel", true],
    ["base64", "SGVsb", "Hel", true],
    ["base64", "SGVs-bG8h", "Hello!", true],
    ["base64", "SGVsbA==SGVs", "Hell", true],
    ["base64", "====", "", true],
    ["quoted-printable", "a=3Db=3d\r\n", "a=b=\r\n", false],
    [
      "quoted-printable",
      "soft=\r\nbreak=  \nagain=\n",
      "softbreakagain",
      false,
    ],
    ["quoted-printable", "a=ZZb", "aZZb", true],
    ["quoted-printable", "a=4", "a", true],
    ["quoted-printable", "a==41", "aA", true],
    ["quoted-printable", "a=", "a", false],
  ] as const
) {
  Deno.test(`transferDecoder() ${encoding} on ${JSON.stringify(text)}`, () => {
    const octets = Uint8Array.from(text, (char) => char.charCodeAt(0));
    for (const chunk of [Infinity, 1, 2, 3, 5]) {
      const decoder = transferDecoder(encoding)!;
      let decoded = "";
      for (let at = 0; at < octets.length; at += chunk) {
        const piece = decoder.decode(octets.subarray(at, at + chunk));
        decoded += String.fromCharCode(...piece);
      }
      decoded += String.fromCharCode(...decoder.finish());
      assert.equal(decoded, want, `chunks of ${chunk}`);
      assert.equal(decoder.malformed, malformed, `chunks of ${chunk}`);
    }
  });
}

Deno.test("transferDecoder() knows no other encodings", () => {
  assert.equal(transferDecoder("x-uuencode"), undefined);
});
