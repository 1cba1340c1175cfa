/** Message flags between wire and store (RFC 3501 §2.3.2). @module */
import { ANSWERED, DELETED, DRAFT, FLAGGED, SEEN } from "../../mail/mailbox.ts";

/** In the order in which responses name them. */
const SYSTEM_FLAGS: readonly (readonly [name: string, bit: number])[] = [
  ["\\Answered", ANSWERED],
  ["\\Flagged", FLAGGED],
  ["\\Deleted", DELETED],
  ["\\Seen", SEEN],
  ["\\Draft", DRAFT],
];
const BITS: ReadonlyMap<string, number> = new Map(
  SYSTEM_FLAGS.map(([name, bit]) => [name.toLowerCase(), bit]),
);
const SYSTEM_TEXTS = Array.from(
  { length: 32 },
  (_, flags) =>
    SYSTEM_FLAGS.filter(([, bit]) => (flags & bit) !== 0)
      .map(([name]) => name).join(" "),
);

export interface FlagSet {
  /** Bits of `mail/mailbox.ts`. */
  readonly flags: number;
  /** Each once, in the case in which it was written first. */
  readonly keywords: readonly string[];
}

/** @throws {SyntaxError} a system flag that cannot be stored, as \Recent */
export function parseFlags(names: readonly string[]): FlagSet {
  let flags = 0;
  const keywords = new Map<string, string>();
  for (const name of names) {
    const bit = BITS.get(name.toLowerCase());
    if (bit !== undefined) flags |= bit;
    else if (name.startsWith("\\")) throw new SyntaxError("Invalid flag");
    else if (!keywords.has(name.toLowerCase())) {
      keywords.set(name.toLowerCase(), name);
    }
  }
  return { flags, keywords: [...keywords.values()] };
}

/**
 * `(\Seen $Junk)`.
 *
 * @param keywords Bits by position in `names`.
 */
export function formatFlags(
  flags: number,
  keywords = 0,
  names: readonly string[] = [],
): string {
  const system = SYSTEM_TEXTS[flags & 31]!;
  if (keywords === 0) return `(${system})`;
  const set = names.filter((_, bit) => (keywords >>> bit & 1) === 1);
  return `(${[...(system ? [system] : []), ...set].join(" ")})`;
}
