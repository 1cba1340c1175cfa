/** How a client says who it is: the payload of its first frame. @module */
import { encodeFrame, KEY_OCTETS, SHORTEST_INTRODUCTION } from "./frames.ts";

const MAGIC = new TextEncoder().encode("RELAY\u{1F511}");
const SIGNATURE_OCTETS = 64;
const VERSION = 3;

/** Parts of the frame that it came in. */
export interface Introduction {
  /** Ed25519 (RFC 8032). */
  readonly key: Uint8Array;
  readonly signature: Uint8Array;
  /** What is signed. */
  readonly info: Uint8Array;
}

/** undefined if it is none, or of a version that is not spoken here. */
export function readIntroduction(
  payload: Uint8Array,
): Introduction | undefined {
  if (payload.length < SHORTEST_INTRODUCTION) return undefined;
  if (MAGIC.some((octet, index) => payload[index] !== octet)) return undefined;
  const key = MAGIC.length;
  const signature = key + KEY_OCTETS;
  const info = payload.subarray(signature + SIGNATURE_OCTETS);
  // postcard: a structure of one variable-length integer
  if (info[0] !== VERSION) return undefined;
  return {
    key: payload.subarray(key, signature),
    signature: payload.subarray(signature, signature + SIGNATURE_OCTETS),
    info,
  };
}

/** The first frame of a client. @param sign Signs with the secret of the key */
export function encodeIntroduction(
  key: Uint8Array,
  sign: (info: Uint8Array) => Uint8Array,
): Uint8Array<ArrayBuffer> {
  const info = Uint8Array.of(VERSION);
  return encodeFrame("clientInfo", MAGIC, key, sign(info), info);
}
