/** Header fields: written so that nothing in them can begin another field. @module */
import { toBase64, toOctets } from "./octets.ts";

export type Fields = readonly (readonly [name: string, value: string])[];

const MAX_WORD_OCTETS = 42; // 60 letters of base64, below the 75 of RFC 2047 §2

/** Lines of a header, each with its CRLF. */
export function writeFields(fields: Fields): string {
  return fields.map(([name, value]) => `${name}: ${oneLine(value)}\r\n`).join(
    "",
  );
}

const LINE_ENDS = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;

/**
 * What people wrote, as encoded words where it is more than ASCII (RFC 2047).
 *
 * @param isOneLine else its lines stay, inside of the words
 */
export function encodeText(
  text: string,
  { isOneLine = true }: { readonly isOneLine?: boolean } = {},
): string {
  const clean = (isOneLine ? text.replace(LINE_ENDS, " ") : text).trim();
  if (/^[\x20-\x7e]*$/.test(clean) && !clean.includes("=?")) return clean;
  const words: string[] = [];
  let word = "";
  for (const letter of clean) {
    if (toOctets(word + letter).length > MAX_WORD_OCTETS) {
      words.push(word);
      word = "";
    }
    word += letter;
  }
  words.push(word);
  return words.map((one) => `=?utf-8?B?${toBase64(toOctets(one))}?=`).join(
    "\r\n ",
  );
}

export function mailbox(name: string, address: string): string {
  if (name.trim() === "") return `<${address}>`;
  const text = encodeText(name);
  const phrase = text.startsWith("=?")
    ? text
    : `"${text.replace(/["\\]/g, "\\$&")}"`;
  return `${phrase} <${address}>`;
}

/** Folded lines stay, anything else that ends a line goes. */
function oneLine(value: string): string {
  return value.replace(/\r\n(?![ \t])|\r(?!\n)|(?<!\r)\n/g, " ");
}

/** In lines, since some servers refuse long ones (RFC 5322 §2.1.1). */
export function foldLetters(letters: string): string {
  return letters.replace(/.{70}/g, "$&\r\n ");
}

/** RFC 5322 §3.3. @param seconds since 1970 UTC */
export function dateField(seconds: number): string {
  return new Date(seconds * 1000).toUTCString().replace("GMT", "+0000");
}
