/**
 * A notice of the operator as a message: RFC 5322, with a Subject in any script
 * (RFC 2047) and a body that is quoted-printable (RFC 2045 §6.7).
 *
 * @module
 */
import { formatMailDate } from "../../mail/date.ts";

export interface NoticeText {
  readonly subject: string;
  readonly body: string;
}

export interface NoticeEnvelope {
  /** Of whoever writes. */
  readonly sender: string;
  /** undefined: nobody is named. */
  readonly recipient: string | undefined;
  readonly messageId: string;
  /** Seconds since 1970 UTC. */
  readonly writtenAt: number;
}

export interface NoticeMessage {
  readonly octets: Uint8Array;
  readonly headerOctets: number;
}

const MAX_ENCODED_OCTETS = 45; // 60 characters of Base64: a word has up to 75, RFC 2047 §2
const MAX_LINE = 76; // RFC 2045 §6.7
const encoder = new TextEncoder();

/** Nobody but its reader can read the body, if it is encrypted. */
export function noticeMessage(
  text: NoticeText,
  envelope: NoticeEnvelope,
): NoticeMessage {
  return joined([
    ...commonFields(envelope, encodedWords(text.subject)),
    "MIME-Version: 1.0",
    "Content-Type: text/plain; charset=utf-8",
    "Content-Transfer-Encoding: quoted-printable",
  ], quotedPrintable(text.body));
}

/** What stands at the top of each kind. */
export function commonFields(
  { sender, recipient, messageId, writtenAt }: NoticeEnvelope,
  subject: string,
): string[] {
  return [
    `From: Admin <${sender}>`,
    recipient === undefined
      ? "To: undisclosed-recipients:;" // RFC 5322 §3.4
      : `To: <${recipient}>`,
    `Subject: ${subject}`,
    `Date: ${formatMailDate(writtenAt)}`,
    `Message-ID: ${messageId}`,
    "Auto-Submitted: auto-generated", // RFC 3834 §5
    "Chat-Version: 1.0",
  ];
}

export function joined(
  fields: readonly string[],
  body: string,
): NoticeMessage {
  const header = encoder.encode(`${fields.join("\r\n")}\r\n\r\n`);
  const rest = encoder.encode(body);
  const octets = new Uint8Array(header.length + rest.length);
  octets.set(header);
  octets.set(rest, header.length);
  return { octets, headerOctets: header.length };
}

/** As it is where it is printable ASCII; never with an end of line of its own. */
export function encodedWords(text: string): string {
  const line = text.replace(/\p{Cc}+/gu, " ").trim();
  if (/^[ -~]*$/.test(line) && !line.includes("=?")) return line;
  const words: string[] = [];
  let octets: number[] = [];
  for (const character of line) {
    const more = encoder.encode(character);
    if (octets.length + more.length > MAX_ENCODED_OCTETS) {
      words.push(encodedWord(octets));
      octets = [];
    }
    octets.push(...more);
  }
  words.push(encodedWord(octets));
  return words.join("\r\n ");
}

function encodedWord(octets: readonly number[]): string {
  return `=?UTF-8?B?${Uint8Array.from(octets).toBase64()}?=`;
}

/** Lines end with CRLF, whatever they ended with. */
export function quotedPrintable(text: string): string {
  const lines = text.replace(/\r\n?/g, "\n").replace(/\n*$/, "").split("\n");
  return lines.map((line) => `${quotedLine(line)}\r\n`).join("");
}

function quotedLine(line: string): string {
  const octets = encoder.encode(line);
  let written = "";
  let length = 0;
  octets.forEach((octet, at) => {
    const isLast = at === octets.length - 1;
    const quoted = quotedOctet(octet, isLast);
    // room for the sign that the line goes on
    if (length + quoted.length > MAX_LINE - 1) {
      written += "=\r\n";
      length = 0;
    }
    written += quoted;
    length += quoted.length;
  });
  return written;
}

/** A blank at the end of a line would be lost; a line of a dot alone would end more than itself. */
function quotedOctet(octet: number, isLast: boolean): string {
  const isBlank = octet === 0x20 || octet === 0x09;
  const isPlain = octet > 0x20 && octet < 0x7f && octet !== 0x3d &&
    octet !== 0x2e;
  return isPlain || isBlank && !isLast
    ? String.fromCharCode(octet)
    : `=${octet.toString(16).toUpperCase().padStart(2, "0")}`;
}
