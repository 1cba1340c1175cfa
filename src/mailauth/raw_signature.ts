/**
 * The arithmetic of a signature, without anything that knows mail: what a
 * thread of its own can do.
 *
 * @module
 */
import { createHash, type KeyObject, sign } from "node:crypto";

export type DkimAlgorithm = "rsa-sha256" | "ed25519-sha256"; // RFC 6376 §3.3, RFC 8463 §3

/** @param octets What is signed: header fields in canonical form (RFC 6376 §3.7) */
export function rawSignature(
  algorithm: DkimAlgorithm,
  key: KeyObject,
  octets: Uint8Array,
): Uint8Array {
  switch (algorithm) {
    case "rsa-sha256":
      return sign("sha256", octets, key);
    case "ed25519-sha256": // RFC 8463 §3: the hash of the octets is what is signed
      return sign(null, createHash("sha256").update(octets).digest(), key);
  }
}
