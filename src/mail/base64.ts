/**
 * The inner loop of base64 decoding (RFC 4648 §4), for streams of any length.
 *
 * @module
 */

/** What `SEXTETS` holds for an octet outside the alphabet; larger than any sextet. */
export const NO_SEXTET = 0x80;

/** Octet to its six bits, or `NO_SEXTET`. */
export const SEXTETS: Uint8Array = sextets();

function sextets(): Uint8Array {
  const table = new Uint8Array(256).fill(NO_SEXTET);
  const alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (let i = 0; i < 64; i++) table[alphabet.charCodeAt(i)] = i;
  return table;
}

/** Where decoding reads and writes; both move on. */
export interface Base64Cursor {
  /** Next octet to read. */
  from: number;
  /** Next octet to write. */
  to: number;
}

/**
 * Decodes whole groups of four alphabet octets, up to the first octet that is not of
 * the alphabet, the end of `source`, or the last place in `target`.
 */
export function decodeGroups(
  source: Uint8Array,
  target: Uint8Array,
  cursor: Base64Cursor,
): void {
  const table = SEXTETS;
  let { from, to } = cursor;
  const room = Math.floor((target.length - to) / 3) * 4;
  const end = from + Math.min(room, (source.length - from) & ~3);
  while (from < end) {
    const a = table[source[from]!]!;
    const b = table[source[from + 1]!]!;
    const c = table[source[from + 2]!]!;
    const d = table[source[from + 3]!]!;
    if ((a | b | c | d) & NO_SEXTET) break;
    target[to] = a << 2 | b >> 4;
    target[to + 1] = b << 4 | c >> 2;
    target[to + 2] = c << 6 | d;
    from += 4;
    to += 3;
  }
  cursor.from = from;
  cursor.to = to;
}
