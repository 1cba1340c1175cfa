/**
 * Strings as responses carry them (RFC 3501 §4.3).
 *
 * What needs an escape goes out as a literal: parsers in the field, Delta
 * Chat's among them, do not unescape quoted strings.
 *
 * @module
 */
const encoder = new TextEncoder();

/** A string; the literal's size counts UTF-8, in which all text is written. */
export function quote(text: string): string {
  return isPlain(text)
    ? `"${text}"`
    : `{${encoder.encode(text).length}}\r\n${text}`;
}

/** A string, or NIL. */
export function quoteOrNil(text: string | undefined): string {
  return text === undefined ? "NIL" : quote(text);
}

/** An atom where that is possible, else a string. */
export function quoteAstring(text: string): string {
  return /^[!#$&'+,\-./0-9:;<=>?@A-Z[\]^_`a-z|}~]+$/.test(text) &&
      text.toUpperCase() !== "NIL"
    ? text
    : quote(text);
}

/** Printable, with nothing to escape. */
function isPlain(text: string): boolean {
  return /^[ !#-\[\]-~]{0,1024}$/.test(text);
}
