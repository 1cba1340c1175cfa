/**
 * Header hygiene: takes fields out, replaces and adds them, and leaves every other octet alone.
 *
 * @module
 */
import { CR, join, LF } from "../base/octets.ts";
import type { Header, HeaderField } from "./header.ts";

/** A line end that folds nothing. */
const NOT_A_FIELD = /\r(?!\n[ \t])|(?<!\r)\n|\0/;
/** Names that each message needs, or that are not written as `titleCase` would. */
const NAMES: ReadonlyMap<string, string> = new Map([
  ["mime-version", "MIME-Version"],
  ["message-id", "Message-ID"],
  ["subject", "Subject"],
  ["content-type", "Content-Type"],
  ["content-transfer-encoding", "Content-Transfer-Encoding"],
]);

export interface HeaderChanges {
  /** Names in lower case of fields to take out. */
  readonly remove?: ReadonlySet<string>;
  /** Which of the others stay; all of them without it. */
  readonly keep?: (field: HeaderField) => boolean;
  /** Names in lower case, and the value that the first such field gets; later ones are taken out, a missing one is added. */
  readonly replace?: ReadonlyMap<string, string>;
  /** Name as it will be written, and what makes its value; added at the end where there is none yet. */
  readonly addMissing?:
    readonly (readonly [name: string, value: () => string])[];
  /** Whole fields as they will be written, without line ends, put in front. */
  readonly prepend?: readonly string[];
}

/**
 * The header with those changes; every other octet stays as it was. Added text is
 * written as UTF-8 with the header's own kind of line end; where it holds CRLF and a
 * blank, the line is folded.
 *
 * @throws {TypeError} if added text holds another line end
 */
export function rewriteHeader(
  header: Header,
  changes: HeaderChanges,
): Uint8Array<ArrayBuffer> {
  const { remove, keep, replace } = changes;
  const eol = lineEndOf(header.octets);
  const line = (text: string) => lineOf(text, eol);
  const parts: (Uint8Array | string)[] = (changes.prepend ?? []).map(line);
  const present = new Set<string>();
  let kept = 0; // all before it is in `parts` or dropped
  for (const field of header.fields) {
    const { name } = field;
    const value = replace?.get(name);
    if (value === undefined && !remove?.has(name) && (keep?.(field) ?? true)) {
      present.add(name);
      continue;
    }
    parts.push(header.octets.subarray(kept, field.start));
    kept = field.end;
    if (value === undefined || present.has(name)) continue;
    present.add(name);
    parts.push(line(`${titleCase(name)}: ${value}`));
  }
  const bodyLine = emptyLineStart(header.octets);
  parts.push(header.octets.subarray(kept, bodyLine));
  const added: string[] = [];
  for (const [name, value] of replace ?? []) {
    if (!present.has(name)) added.push(line(`${titleCase(name)}: ${value}`));
  }
  for (const [name, value] of changes.addMissing ?? []) {
    if (present.has(name.toLowerCase())) continue;
    added.push(line(`${name}: ${value()}`));
  }
  const unended = bodyLine > 0 && header.octets[bodyLine - 1] !== LF;
  if (unended && added.length > 0) parts.push(line(""));
  return join([...parts, ...added, header.octets.subarray(bodyLine)]);
}

function lineEndOf(octets: Uint8Array): string {
  const lf = octets.indexOf(LF);
  return lf === 0 || (lf > 0 && octets[lf - 1] !== CR) ? "\n" : "\r\n";
}

function lineOf(text: string, eol: string): string {
  const folded = eol === "\r\n" ? text : text.replaceAll("\r\n", eol);
  if (NOT_A_FIELD.test(text)) {
    throw new TypeError("A field is one line, or folded");
  }
  return folded + eol;
}

/** Where the empty line at the end of the block begins; its length if there is none. */
function emptyLineStart(octets: Uint8Array): number {
  const size = octets.length;
  if (size === 0 || octets[size - 1] !== LF) return size;
  const start = size >= 2 && octets[size - 2] === CR ? size - 2 : size - 1;
  return start === 0 || octets[start - 1] === LF ? start : size;
}

function titleCase(name: string): string {
  return NAMES.get(name) ??
    name.replace(/(?<![a-z])[a-z]/g, (letter) => letter.toUpperCase());
}
