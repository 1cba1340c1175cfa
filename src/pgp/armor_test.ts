import assert from "node:assert/strict";
import { concat } from "../base/octets.ts";
import { ArmorReader } from "./armor.ts";
import { PacketWalk } from "./packet_walk.ts";

const BEGIN = "-----BEGIN PGP MESSAGE-----";
const END = "-----END PGP MESSAGE-----";

/** A PKESK and a SEIPD, whose size leaves that many octets over a multiple of three. */
function packets(over: number): Uint8Array {
  const size = 94 + over;
  const key = Uint8Array.from({ length: 92 }, (_, i) => [0xc1, 90, 3][i] ?? i);
  const data = Uint8Array.from(
    { length: size },
    (_, i) => [0xd2, size - 2, 1][i] ?? (7 * i) & 255,
  );
  return concat([key, data]);
}

function base64(over = 0, lineLength = 64): string {
  return btoa(String.fromCharCode(...packets(over)))
    .replace(new RegExp(`.{${lineLength}}`, "g"), "$&\n").trimEnd();
}
const DATA = base64();

function accepts(text: string, maxHeaderLines: number, chunk: number): boolean {
  const armor = new ArmorReader(new PacketWalk({ acceptOldFormat: true }), {
    maxHeaderLines,
  });
  const octets = Uint8Array.from(text, (char) => char.charCodeAt(0));
  for (let at = 0; at < octets.length; at += chunk) {
    armor.write(octets.subarray(at, at + chunk));
  }
  const whole = armor.finish();
  if (armor.failed) assert.equal(whole, false);
  return whole;
}

for (
  const [name, text, strict, lenient] of [
    ["a plain block", `${BEGIN}\n\n${DATA}\n${END}\n`, true, true],
    ["no line end at the end", `${BEGIN}\n\n${DATA}\n${END}`, true, true],
    [
      "blank lines around",
      ` \n\n${BEGIN} \n\n${DATA}\n${END}\t\n\n \n`,
      true,
      true,
    ],
    ["one octet of padding", `${BEGIN}\n\n${base64(2)}\n${END}`, true, true],
    ["two octets of padding", `${BEGIN}\n\n${base64(1)}\n${END}`, true, true],
    ["a checksum", `${BEGIN}\n\n${DATA}\n=abcd\n${END}`, true, true],
    [
      "padding and checksum",
      `${BEGIN}\n\n${base64(1)}\n=ab/+\n${END}`,
      true,
      true,
    ],
    ["lines of 76", `${BEGIN}\n\n${base64(0, 76)}\n${END}`, true, true],
    ["lines of 5", `${BEGIN}\n\n${base64(0, 5)}\n${END}`, true, true],
    ["one line of 248", `${BEGIN}\n\n${base64(0, 999)}\n${END}`, true, true],
    ["a line over 256", `${BEGIN}\n\n${"A".repeat(260)}\n${END}`, false, false],
    ["empty lines before the end", `${BEGIN}\n\n${DATA}\n\n${END}`, true, true],
    [
      "blanks on the separating line",
      `${BEGIN}\n \t\n${DATA}\n${END}`,
      true,
      true,
    ],
    ["no separating line", `${BEGIN}\n${DATA}\n${END}`, false, false],
    ["a Version", `${BEGIN}\nVersion: 1\n\n${DATA}\n${END}`, false, true],
    [
      "a Version and no separating line",
      `${BEGIN}\nVersion: 1\n${DATA}\n${END}`,
      false,
      true,
    ],
    [
      "a Comment and no separating line",
      `${BEGIN}\nComment: 1\n${DATA}\n${END}`,
      false,
      false,
    ],
    [
      "8 headers",
      `${BEGIN}\n${"A: b\n".repeat(8)}\n${DATA}\n${END}`,
      false,
      true,
    ],
    [
      "9 headers",
      `${BEGIN}\n${"A: b\n".repeat(9)}\n${DATA}\n${END}`,
      false,
      false,
    ],
    [
      "headers of 2 KiB",
      `${BEGIN}\n${`A: ${"b".repeat(900)}\n`.repeat(2)}\n${DATA}\n${END}`,
      false,
      false,
    ],
    [
      "text for a header",
      `${BEGIN}\nhello there\n\n${DATA}\n${END}`,
      false,
      false,
    ],
    ["text before", `hello\n${BEGIN}\n\n${DATA}\n${END}`, false, false],
    ["text after", `${BEGIN}\n\n${DATA}\n${END}\nhello`, false, false],
    [
      "a second block",
      `${BEGIN}\n\n${DATA}\n${END}\n${BEGIN}\n\n${DATA}\n${END}`,
      false,
      false,
    ],
    ["no end", `${BEGIN}\n\n${DATA}\n`, false, false],
    [
      "another kind of block",
      `${BEGIN.replace("MESSAGE", "SIGNATURE")}\n\n${DATA}\n${END}`,
      false,
      false,
    ],
    [
      "another kind of end",
      `${BEGIN}\n\n${DATA}\n${END.replace("MESSAGE", "SIGNATURE")}`,
      false,
      false,
    ],
    [
      "two checksums",
      `${BEGIN}\n\n${DATA}\n=abcd\n=abcd\n${END}`,
      false,
      false,
    ],
    ["a short checksum", `${BEGIN}\n\n${DATA}\n=abc\n${END}`, false, false],
    [
      "data after the checksum",
      `${BEGIN}\n\n${DATA}\n=abcd\nAAAA\n${END}`,
      false,
      false,
    ],
    [
      "padding in the middle",
      `${BEGIN}\n\nwQ==\n${DATA}\n${END}`,
      false,
      false,
    ],
    [
      "missing padding",
      `${BEGIN}\n\n${base64(1).replace("==", "")}\n${END}`,
      false,
      false,
    ],
    ["too much padding", `${BEGIN}\n\n${base64(2)}=\n${END}`, false, false],
    ["padding without need", `${BEGIN}\n\n${DATA}=\n${END}`, false, false],
    [
      "a blank in the data",
      `${BEGIN}\n\n${DATA.slice(0, 9)} ${DATA.slice(9)}\n${END}`,
      false,
      false,
    ],
    [
      "the other alphabet",
      `${BEGIN}\n\n${DATA.slice(0, 8)}____${DATA.slice(12)}\n${END}`,
      false,
      false,
    ],
    [
      "a bare CR",
      `${BEGIN}\n\n${DATA.slice(0, 8)}\r${DATA.slice(8)}\n${END}`,
      false,
      false,
    ],
    [
      "4 KiB of blank lines",
      `${"\n".repeat(4095)}${BEGIN}\n\n${DATA}\n${END}`,
      true,
      true,
    ],
    [
      "more than 4 KiB of blank lines",
      `${"\n".repeat(4096)}${BEGIN}\n\n${DATA}\n${END}`,
      false,
      false,
    ],
    [
      "more than 4 KiB of empty lines in the data",
      `${BEGIN}\n\n${DATA}\n${"\n".repeat(4096)}${END}`,
      false,
      false,
    ],
    ["nothing", "", false, false],
  ] as const
) {
  Deno.test(`ArmorReader on ${name}`, () => {
    for (const sent of [text, text.replaceAll("\n", "\r\n")]) {
      for (const chunk of [Infinity, 1, 7]) {
        assert.equal(accepts(sent, 0, chunk), strict, `strict, ${chunk}`);
        assert.equal(accepts(sent, 8, chunk), lenient, `lenient, ${chunk}`);
      }
    }
  });
}
