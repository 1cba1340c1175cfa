/** An encrypted message that nobody can read: its session key is of nobody. @module */
import { concat } from "../../../base/octets.ts";
import type { Random } from "../../../base/random.ts";

const PKESK = 0xc1; // RFC 9580 §5.1, in the new format
const SEIPD = 0xd2; // RFC 9580 §5.13
const RSA = 1;
const DATA_OCTETS = 160;
const LINE_LENGTH = 64;

/** With CRLF line ends. @param token By which it is known again */
export function trialMessage(
  address: string,
  token: string,
  random: Random,
  nowMs: number,
): string {
  const date = new Date(nowMs).toUTCString().replace("GMT", "+0000");
  return [
    `From: <${address}>`,
    `To: <${address}>`,
    `Date: ${date}`,
    `Message-ID: <${token}@${address.slice(address.lastIndexOf("@") + 1)}>`,
    "Subject: [...]",
    "MIME-Version: 1.0",
    'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted";',
    ` boundary="${token}"`,
    "",
    `--${token}`,
    "Content-Type: application/pgp-encrypted",
    "",
    "Version: 1",
    "",
    `--${token}`,
    "Content-Type: application/octet-stream",
    "",
    ...armored(random),
    "",
    `--${token}--`,
    "",
  ].join("\r\n");
}

function armored(random: Random): readonly string[] {
  const octets = concat([
    packet(
      PKESK,
      concat([
        Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0, 0, RSA, 0, 64),
        random(8),
      ]),
    ),
    packet(SEIPD, concat([Uint8Array.of(1), random(DATA_OCTETS)])),
  ]);
  const text = octets.toBase64();
  const lines = text.match(new RegExp(`.{1,${LINE_LENGTH}}`, "g")) ?? [];
  return [
    "-----BEGIN PGP MESSAGE-----",
    "",
    ...lines,
    "-----END PGP MESSAGE-----",
  ];
}

/** One of fewer than 192 octets (RFC 9580 §4.2.1.1). */
function packet(tag: number, body: Uint8Array): Uint8Array {
  return concat([Uint8Array.of(tag, body.length), body]);
}
