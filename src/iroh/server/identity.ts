/** Whether a client is who it says. @module */
import { Buffer } from "node:buffer";
import { createPublicKey, verify } from "node:crypto";
import type { Introduction } from "../proto/introduction.ts";

/** SubjectPublicKeyInfo of an Ed25519 key, up to the key. */
const KEY_PREFIX = Uint8Array.fromHex("302a300506032b6570032100");

/** Anybody who has seen this introduction can repeat it: the protocol has no challenge. */
export function isGenuine({ key, signature, info }: Introduction): boolean {
  try {
    const publicKey = createPublicKey({
      key: Buffer.concat([KEY_PREFIX, key]),
      format: "der",
      type: "spki",
    });
    return verify(null, info, publicKey, signature);
  } catch {
    return false; // no point of the curve
  }
}
