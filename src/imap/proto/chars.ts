/** The character classes of RFC 3501 §9, as bits of a table. @module */

export const ATOM_CHAR = 1;
/** ATOM-CHAR or `]`. */
export const ASTRING_CHAR = 2;
/** ATOM-CHAR, `]` or a wildcard. */
export const LIST_CHAR = 4;
/** ASTRING-CHAR without `+`. */
export const TAG_CHAR = 8;

/** Anything but space and CTL, over 127 too. */
export const OCTET_CHAR = 16;

const ALL = ATOM_CHAR | ASTRING_CHAR | LIST_CHAR | TAG_CHAR;
const SPECIALS: ReadonlyMap<string, number> = new Map([
  ["(", 0],
  [")", 0],
  ["{", 0],
  ['"', 0],
  ["\\", 0],
  ["%", LIST_CHAR],
  ["*", LIST_CHAR],
  ["]", ASTRING_CHAR | LIST_CHAR | TAG_CHAR],
  ["+", ATOM_CHAR | ASTRING_CHAR | LIST_CHAR],
]);

const CLASSES = Uint8Array.from({ length: 256 }, (_, code) => {
  if (code <= 0x20 || code === 0x7f) return 0; // space and CTL
  if (code > 0x7f) return OCTET_CHAR;
  return OCTET_CHAR | (SPECIALS.get(String.fromCharCode(code)) ?? ALL);
});

/** Whether the character is of this class. */
export function isOf(code: number, kind: number): boolean {
  return code < 256 && (CLASSES[code]! & kind) !== 0;
}
