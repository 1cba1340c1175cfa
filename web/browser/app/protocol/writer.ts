/** Messages as Delta Chat writes them: all that says something is inside of the encryption. @module */
import {
  dateField,
  encodeText,
  type Fields,
  foldLetters,
  mailbox,
  writeFields,
} from "./fields.ts";
import { writeWords } from "./quotes.ts";
import { randomId, toBase64Lines, toOctets } from "./octets.ts";

export interface Attachment {
  readonly name: string;
  readonly type: string;
  readonly octets: Uint8Array;
}

export interface Named {
  readonly address: string;
  readonly name: string;
}

export interface Person extends Named {
  /** Base64 of the certificate. */
  readonly certificate: string;
  readonly fingerprint: string;
}

export interface Letter {
  readonly id: string;
  readonly from: Person;
  readonly to: readonly Named[];
  /** Who was in its group before. */
  readonly past?: readonly Named[];
  /** Seconds since 1970 UTC. */
  readonly at: number;
  readonly subject: string;
  /** Those of chats, as Chat-Group-ID. */
  readonly more: Fields;
  readonly body: Body;
  /** Their keys go along. */
  readonly gossip: readonly Pick<Person, "address" | "certificate">[];
}

export type Body =
  | {
    readonly kind: "text";
    readonly text: string;
    /** What it answers. */
    readonly quote?: string;
    readonly isForwarded?: boolean;
    readonly attachment?: Attachment;
  }
  | { readonly kind: "reaction"; readonly emoji: string }
  | {
    /** For other devices of the same account. */
    readonly kind: "sync";
    readonly json: string;
  }
  | {
    readonly kind: "receipt";
    readonly address: string;
    readonly messageId: string;
  };

const HIDDEN = '"hidden-recipients": ;';

export function makeMessageId(): string {
  return `${randomId()}@localhost`;
}

/** What is encrypted (RFC 9788: header protection with `hp="cipher"`). */
export function writeInner(letter: Letter): string {
  const { id, from, to, past = [], at, subject, more, body } = letter;
  const gossip = letter.gossip.map(({ address, certificate }) =>
    [
      "Autocrypt-Gossip",
      `addr=${address}; keydata=\r\n ${foldLetters(certificate)}`,
    ] as const
  );
  return writeFields([
    ["From", mailbox(from.name, from.address)],
    ["To", to.length > 0 ? mailboxes(to) : HIDDEN],
    ["Date", dateField(at)],
    ["Message-ID", `<${id}>`],
    ["Subject", encodeText(subject)],
    ["Chat-Version", "1.0"],
    ["Autocrypt", autocrypt(from)],
    ...gossip,
    ...past.length > 0
      ? [["Chat-Group-Past-Members", mailboxes(past)] as const]
      : [],
    ...more,
  ]) + writeBody(body);
}

function mailboxes(people: readonly Named[]): string {
  return people.map(({ name, address }) => mailbox(name, address))
    .join(",\r\n ");
}

/** Of a handshake, with nothing in it but the secret that was shown. */
export function writeStep(
  { id, from, at }: Pick<Letter, "id" | "from" | "at">,
  { step, auth, withKey }: {
    readonly step: string;
    readonly auth: string;
    readonly withKey: boolean;
  },
): string {
  return writeFields([
    ["From", `<${from.address}>`],
    ["To", HIDDEN],
    ["Date", dateField(at)],
    ["Message-ID", `<${id}>`],
    ["Subject", "Secure-Join"],
    ["Secure-Join", step],
    ["Secure-Join-Auth", auth],
    ...withKey ? [["Autocrypt", autocrypt(from)] as const] : [],
  ]) + textPart("Secure-Join", PROTECTED);
}

/** In clear: who, when about, and that it is encrypted. */
export function writeOuter(
  letter: Pick<Letter, "id" | "from" | "at">,
  armored: string,
): string {
  const boundary = randomId();
  return writeFields([
    ["From", `<${letter.from.address}>`],
    ["To", HIDDEN],
    ["Date", dateField(letter.at)],
    ["Message-ID", `<${letter.id}>`],
    ["Subject", "[...]"],
    ["Chat-Version", "1.0"],
    ["MIME-Version", "1.0"],
    [
      "Content-Type",
      `multipart/encrypted; protocol="application/pgp-encrypted";\r\n boundary="${boundary}"`,
    ],
  ]) + [
    "",
    `--${boundary}`,
    "Content-Type: application/pgp-encrypted",
    "",
    "Version: 1",
    "",
    `--${boundary}`,
    "Content-Type: application/octet-stream",
    "",
    armored.trim().replace(/\r?\n/g, "\r\n"),
    `--${boundary}--`,
    "",
  ].join("\r\n");
}

/** The first words of a handshake, which cannot be encrypted yet; relays let just this form pass. */
export function writePlainRequest(
  from: Person,
  to: string,
  inviteNumber: string,
  id: string,
  at: number,
  step: "vc-request" | "vg-request",
): string {
  const boundary = randomId();
  return writeFields([
    ["From", `<${from.address}>`],
    ["To", `<${to}>`],
    ["Date", dateField(at)],
    ["Message-ID", `<${id}>`],
    ["Subject", "..."],
    ["Chat-Version", "1.0"],
    ["Autocrypt", autocrypt(from)],
    ["Secure-Join", step],
    ["Secure-Join-Invitenumber", inviteNumber],
    ["MIME-Version", "1.0"],
    ["Content-Type", `multipart/mixed; boundary="${boundary}"`],
  ]) + [
    "",
    `--${boundary}`,
    "Content-Type: text/plain; charset=utf-8",
    "",
    `Secure-Join: ${step}`,
    `--${boundary}--`,
    "",
  ].join("\r\n");
}

function autocrypt({ address, certificate }: Person): string {
  return `addr=${address}; prefer-encrypt=mutual; keydata=\r\n ${
    foldLetters(certificate)
  }`;
}

const PROTECTED = `; protected-headers="v1"; hp="cipher"`;

function writeBody(body: Body): string {
  switch (body.kind) {
    case "text":
      return wordsPart(body);
    case "reaction":
      return textPart(
        body.emoji,
        PROTECTED,
        "Content-Disposition: reaction\r\n",
      );
    case "sync":
      return multipart("report", "; report-type=multi-device-sync", [
        textPart("This tells your other devices what you have changed."),
        filePart({
          name: "multi-device-sync.json",
          type: "application/json",
          octets: toOctets(body.json),
        }),
      ]);
    case "receipt": {
      const report = [
        `Original-Recipient: rfc822;${body.address}`,
        `Final-Recipient: rfc822;${body.address}`,
        `Original-Message-ID: <${body.messageId}>`,
        "Disposition: manual-action/MDN-sent-automatically; displayed",
        "",
      ].join("\r\n");
      return multipart(
        "report",
        "; report-type=disposition-notification",
        [
          textPart("This is a receipt notification."),
          `Content-Type: message/disposition-notification\r\n\r\n${report}`,
        ],
      );
    }
  }
}

function wordsPart(
  { attachment, isForwarded = false, ...words }: Body & { kind: "text" },
): string {
  const text = writeWords({ ...words, isForwarded });
  if (!attachment) return textPart(text, PROTECTED);
  return multipart("mixed", "", [
    ...text === "" ? [] : [textPart(text)],
    filePart(attachment),
  ]);
}

function textPart(text: string, parameters = "", more = ""): string {
  return `Content-Type: text/plain; charset="utf-8"${parameters}\r\n` +
    `${more}Content-Transfer-Encoding: base64\r\n\r\n` +
    `${toBase64Lines(toOctets(text))}\r\n`;
}

function filePart({ name, type, octets }: Attachment): string {
  const clean = name.replace(/[^\p{L}\p{N} ._()+-]/gu, "_").slice(-100);
  const safeType = /^[\w.+-]+\/[\w.+-]+$/.test(type)
    ? type
    : "application/octet-stream";
  return `Content-Type: ${safeType}\r\n` +
    `Content-Disposition: attachment; filename="${encodeText(clean)}"\r\n` +
    `Content-Transfer-Encoding: base64\r\n\r\n${toBase64Lines(octets)}\r\n`;
}

function multipart(
  subtype: string,
  parameters: string,
  parts: readonly string[],
): string {
  const boundary = randomId();
  return `Content-Type: multipart/${subtype}${parameters}; boundary="${boundary}"${PROTECTED}\r\n\r\n` +
    parts.map((part) => `--${boundary}\r\n${part}\r\n`).join("") +
    `--${boundary}--\r\n`;
}
