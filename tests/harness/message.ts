/** Encrypted messages as Delta Chat sends them, with a real OpenPGP payload. @module */
import * as openpgp from "openpgp";
import { DOMAIN } from "./server.ts";

const encoder = new TextEncoder();

/** An armored OpenPGP message around so many random octets. */
export async function encryptedPayload(sizeOctets: number): Promise<string> {
  const { publicKey } = await openpgp.generateKey({
    type: "curve25519",
    userIDs: [{ email: `reader@${DOMAIN}` }],
    format: "object",
  });
  const octets = new Uint8Array(sizeOctets);
  for (let at = 0; at < sizeOctets; at += 65_536) {
    crypto.getRandomValues(octets.subarray(at, at + 65_536));
  }
  const armored = await openpgp.encrypt({
    message: await openpgp.createMessage({ binary: octets }),
    encryptionKeys: publicKey,
  });
  return String(armored).replace(/\r?\n/g, "\r\n");
}

export interface MessageOptions {
  readonly from: string;
  readonly id: string;
  readonly payload: string;
}

/** The message with CRLF line ends. */
export function messageText(options: MessageOptions): string {
  return [
    `From: <${options.from}>`,
    `To: "hidden-recipients": ;`,
    "Date: Sun, 22 Nov 2026 12:00:00 +0000",
    `Message-ID: <${options.id}@localhost>`,
    "Subject: [...]",
    "Chat-Version: 1.0",
    "MIME-Version: 1.0",
    'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted";',
    ' boundary="boundary"',
    "",
    "--boundary",
    "Content-Type: application/pgp-encrypted",
    "",
    "Version: 1",
    "",
    "--boundary",
    'Content-Type: application/octet-stream; name="encrypted.asc"',
    "",
    options.payload,
    "--boundary--",
    "",
  ].join("\r\n");
}

/** The message as it goes over the wire after DATA: dot-stuffed, with the end of data. */
export function messageOctets(options: MessageOptions): Uint8Array {
  const text = messageText(options);
  return encoder.encode(`${text.replace(/^\./gm, "..")}.\r\n`);
}

/** `<id@localhost>` of a message as it was fetched, without the brackets' content after "@". */
export function messageId(octets: Uint8Array): string | undefined {
  const header = new TextDecoder("latin1").decode(octets.subarray(0, 2048));
  return /^Message-ID: <([^@>]+)@localhost>/im.exec(header)?.[1];
}
