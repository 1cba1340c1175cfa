/**
 * A notice that only its reader can open: the message inside, as OpenPGP takes it
 * up, and the one around it (RFC 3156 §4), in clear, which says from whom, for
 * whom and when.
 *
 * @module
 */
import { formatMailDate } from "../../mail/date.ts";
import {
  commonFields,
  encodedWords,
  joined,
  type NoticeEnvelope,
  type NoticeMessage,
  type NoticeText,
  quotedPrintable,
} from "./notice_message.ts";

const HIDDEN_SUBJECT = "[...]";

/**
 * @param certificate Base64, of the key that signs: with it a client knows the
 * author, and takes the message as one that it can show.
 */
export function innerNotice(
  { subject, body }: NoticeText,
  { sender, recipient, messageId, writtenAt }: NoticeEnvelope,
  certificate: string,
): string {
  return [
    `From: Admin <${sender}>`,
    ...(recipient === undefined ? [] : [`To: <${recipient}>`]),
    `Subject: ${encodedWords(subject)}`,
    `Date: ${formatMailDate(writtenAt)}`,
    `Message-ID: ${messageId}`,
    "Auto-Submitted: auto-generated", // RFC 3834 §5
    "Chat-Version: 1.0",
    `Autocrypt: addr=${sender}; prefer-encrypt=mutual; keydata=`,
    ...folded(certificate),
    "MIME-Version: 1.0",
    'Content-Type: text/plain; charset=utf-8; protected-headers="v1"; hp="cipher"',
    "Content-Transfer-Encoding: quoted-printable",
    "",
    // a chat shows no Subject
    quotedPrintable(`${subject.trim()}\n\n${body}`),
  ].join("\r\n");
}

/** @param armored of the message inside, encrypted and signed */
export function sealedNotice(
  envelope: NoticeEnvelope,
  armored: string,
): NoticeMessage {
  const boundary = `notice-${envelope.messageId.replace(/[^0-9a-z]/gi, "")}`
    .slice(0, 60);
  const lines = armored.trim().split(/\r?\n/);
  return joined(
    [
      ...commonFields(envelope, HIDDEN_SUBJECT),
      "MIME-Version: 1.0",
      'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted";',
      ` boundary="${boundary}"`,
    ],
    [
      `--${boundary}`,
      "Content-Type: application/pgp-encrypted",
      "",
      "Version: 1",
      "",
      `--${boundary}`,
      "Content-Type: application/octet-stream",
      "",
      ...lines,
      `--${boundary}--`,
      "",
    ].join("\r\n"),
  );
}

function folded(base64: string): string[] {
  return (base64.match(/.{1,76}/g) ?? []).map((line) => ` ${line}`);
}
