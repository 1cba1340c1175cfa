/** Pictures of people and chats, as fields of messages carry them. @module */
import { fromBase64, randomId, toBase64 } from "../protocol/octets.ts";
import { foldLetters } from "../protocol/fields.ts";
import type { Vault } from "../storage/vault.ts";

const MAX_OCTETS = 256 * 1024;
const PREFIX = "base64:";
/** How a JPEG, a PNG and a WebP begin: nothing else is drawn as a face. */
const KINDS: readonly (readonly [type: string, first: readonly number[]])[] = [
  ["image/jpeg", [0xff, 0xd8, 0xff]],
  ["image/png", [0x89, 0x50, 0x4e, 0x47]],
  ["image/webp", [0x52, 0x49, 0x46, 0x46]],
];

/** undefined when browsers should not be given it. */
export function pictureType(octets: Uint8Array): string | undefined {
  return KINDS.find(([, first]) => first.every((one, at) => octets[at] === one))
    ?.[0];
}

/** "none": there is none any more; undefined: nothing is said of it, or nothing that can be shown. */
export function readFace(
  field: string | undefined,
): Uint8Array | "none" | undefined {
  const value = field?.replace(/\s+/g, "") ?? "";
  if (value === "0") return "none";
  if (!value.startsWith(PREFIX) || value.length > 2 * MAX_OCTETS) return;
  try {
    const octets = fromBase64(value.slice(PREFIX.length));
    const isShown = octets.length <= MAX_OCTETS && pictureType(octets);
    return isShown ? octets : undefined;
  } catch {
    return undefined;
  }
}

export function writeFace(octets: Uint8Array | undefined): string {
  return octets ? `${PREFIX}\r\n ${foldLetters(toBase64(octets))}` : "0";
}

/** Keeps it in the place of another one; gives under which name. */
export async function keepFace(
  vault: Vault,
  octets: Uint8Array | "none",
  before: string | undefined,
): Promise<string | undefined> {
  const key = octets === "none" ? undefined : `file:face:${randomId()}`;
  if (key) await vault.put(key, octets);
  if (before) await vault.remove(before);
  return key;
}
