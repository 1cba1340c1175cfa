/** The character classes of RFC 3501 §9, as bits of a table. @module */

export const ATOM_CHAR = 1;
/** ATOM-CHAR or `]`. */
export const ASTRING_CHAR = 2;
/** ATOM-CHAR, `]` or a wildcard. */
export const LIST_CHAR = 4;
/** ASTRING-CHAR without `+`. */
export const TAG_CHAR = 8;

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

const CLASSES = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code <= 0x20 || code === 0x7f) return 0; // space and CTL
  return SPECIALS.get(String.fromCharCode(code)) ?? ALL;
});

/** Whether the character is of this class. */
export function isOf(code: number, kind: number): boolean {
  return code < 128 && (CLASSES[code]! & kind) !== 0;
}
