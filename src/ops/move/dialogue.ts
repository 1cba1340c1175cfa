/**
 * The lines of a handover, in their order.
 *
 * 1. Old to new: `Greeting`, then the manifest of a backup in octets.
 * 2. New to old: `Need` for each file that is not there, then `END`.
 * 3. Old to new: each of these, in octets, in that order. The new side knows
 *    the size and the hash of each by the manifest.
 * 4. New to old: hashes of the blocks of the database that is there, 32 octets
 *    each; old to new: `Block` and its octets for each that is another, then
 *    `END`.
 * 5. New to old: `Done`, once all was compared with the manifest.
 *
 * A side that cannot go on says `{"refused": "why"}` in place of its line.
 *
 * @module
 */
import * as v from "valibot";

export const PROTOCOL = 1;
export const BLOCK_OCTETS = 64 * 1024;
export const HASH_OCTETS = 32;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

export const GREETING = v.object({
  handover: v.literal(PROTOCOL),
  domain: v.pipe(v.string(), v.maxLength(300)),
  /** The old relay has stopped: the new one is to be ready when this is done. */
  final: v.boolean(),
  manifest_octets: count,
});
export const NEED = v.object({ need: v.nullable(count) });
export const BLOCKS = v.object({ blocks: count });
export const BLOCK = v.object({ block: v.nullable(count), octets: count });
export const DONE = v.object({
  accounts: count,
  messages: count,
  installed: v.boolean(),
});

export type Done = v.InferOutput<typeof DONE>;
/** After the last of a list. */
export const END = { need: null } as const;
export const END_OF_BLOCKS = { block: null, octets: 0 } as const;
