/**
 * A header block: octets in, fields out (RFC 5322 §2.2).
 *
 * Nothing is assumed about the character set: a field is a name and a range of
 * octets, and becomes text only when asked. Lines end in CRLF or LF. A line that
 * is no field spoils neither its neighbours nor the reader; it makes the header
 * `malformed`, which the encryption gate refuses and an IMAP session ignores.
 *
 * @module
 */
import { CR, LF, shortAscii, SPACE } from "../base/octets.ts";

export const MAX_HEADER_FIELDS = 1000;

const TAB = 0x09;
const COLON = 0x3a;

/** One field, where it stands in its header's octets. */
export interface HeaderField {
  /** In lower case. */
  readonly name: string;
  /** First octet of the name. */
  readonly start: number;
  /** First octet after the colon. */
  readonly valueStart: number;
  /** First octet after the field, its folded lines and its line end. */
  readonly end: number;
}

/** A parsed header block. */
export class Header {
  constructor(
    /** All of it, the empty line at its end included. */
    readonly octets: Uint8Array,
    /** At most `MAX_HEADER_FIELDS`, in order. */
    readonly fields: readonly HeaderField[],
    /** A line is neither a field nor folded, or a folded one is blank, or there is a bare CR or a NUL, or too many fields. */
    readonly malformed: boolean,
    /** The longest line in octets, without its line end. */
    readonly longestLine: number,
  ) {}

  /** The fields of that name, in order. @param name In lower case. */
  all(name: string): HeaderField[] {
    return this.fields.filter((field) => field.name === name);
  }

  /** The first field of that name. @param name In lower case. */
  first(name: string): HeaderField | undefined {
    return this.fields.find((field) => field.name === name);
  }

  /** A field as it was sent: name, folding and line end. */
  raw(field: HeaderField): Uint8Array {
    return this.octets.subarray(field.start, field.end);
  }

  /** A field's value, unfolded and trimmed, without NUL: UTF-8, or Latin-1 where it is not UTF-8. */
  text(field: HeaderField): string {
    const folded = decodeText(
      this.octets.subarray(field.valueStart, field.end),
    );
    const text = folded.replace(/\r?\n(?=[ \t])/g, "").trim();
    return this.malformed ? text.replaceAll("\0", "") : text;
  }

  /** The text of the first field of that name. @param name In lower case. */
  textOf(name: string): string | undefined {
    const field = this.first(name);
    return field && this.text(field);
  }
}

/** UTF-8, or Latin-1 where it is not UTF-8. */
export function decodeText(octets: Uint8Array): string {
  const ascii = shortAscii(octets);
  if (ascii !== undefined) return ascii;
  try {
    return UTF8.decode(octets);
  } catch {
    return LATIN1.decode(octets);
  }
}
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const LATIN1 = new TextDecoder("latin1");

/** Reads a whole header block. Never throws. */
export function parseHeader(octets: Uint8Array): Header {
  const fields: HeaderField[] = [];
  let malformed = octets.includes(0);
  let cr = octets.indexOf(CR); // the first that is not behind us
  let longestLine = 0;
  let open: Omit<HeaderField, "end"> | undefined;
  let at = 0;
  while (at < octets.length) {
    const next = lineEnd(octets, at);
    const length = lineLength(octets, at, next);
    if (length === 0) break;
    longestLine = Math.max(longestLine, length);
    if (!open || (octets[at] !== SPACE && octets[at] !== TAB)) {
      if (open) fields.push({ ...open, end: at });
      open = fieldAt(octets, at, at + length);
      malformed ||= !open ||
        open.valueStart !== open.start + open.name.length + 1;
      if (fields.length === MAX_HEADER_FIELDS) {
        return new Header(octets, fields, true, longestLine);
      }
    } else malformed ||= isBlank(octets, at, at + length);
    if (cr >= 0 && cr < at) cr = octets.indexOf(CR, at);
    malformed ||= cr >= 0 && cr < at + length;
    at = next;
  }
  if (open) fields.push({ ...open, end: at });
  return new Header(octets, fields, malformed, longestLine);
}

/** First octet after the line that begins at `at`. */
function lineEnd(octets: Uint8Array, at: number): number {
  const end = octets.indexOf(LF, at);
  return end < 0 ? octets.length : end + 1;
}

/** Octets of a line without its line end. */
function lineLength(octets: Uint8Array, at: number, next: number): number {
  let end = next;
  if (end > at && octets[end - 1] === LF) {
    end--;
    if (end > at && octets[end - 1] === CR) end--;
  }
  return end - at;
}

/** Some readers take such a line for the end of the header (RFC 5322 §3.2.2). */
function isBlank(octets: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    if (octets[i] !== SPACE && octets[i] !== TAB) return false;
  }
  return true;
}

function fieldAt(
  octets: Uint8Array,
  start: number,
  end: number,
): Omit<HeaderField, "end"> | undefined {
  const colon = start + octets.subarray(start, end).indexOf(COLON);
  if (colon < start) return undefined;
  let nameEnd = colon; // obsolete syntax has blanks before the colon (RFC 5322 §4.5.3)
  while (
    nameEnd > start &&
    (octets[nameEnd - 1] === SPACE || octets[nameEnd - 1] === TAB)
  ) nameEnd--;
  if (nameEnd === start) return undefined;
  for (let i = start; i < nameEnd; i++) {
    if (octets[i]! <= SPACE || octets[i]! > 0x7e) return undefined;
  }
  const name = decodeText(octets.subarray(start, nameEnd)).toLowerCase();
  return { name, start, valueStart: colon + 1 };
}
