/**
 * Public keys of signatures (RFC 6376 §3.6.1), read once for each record however
 * many messages it is needed for, and what is checked with them.
 *
 * @module
 */
import {
  createHash,
  createPublicKey,
  type KeyObject,
  verify,
} from "node:crypto";
import { getPublicKey } from "mailauth/lib/tools.js";
import type { DkimAlgorithm } from "./raw_signature.ts";
import { isRsaSignature, type RsaPublicKey, rsaPublicKey } from "./rsa.ts";

export type DkimPublicKey =
  | { readonly algorithm: "rsa-sha256"; readonly key: RsaPublicKey }
  | { readonly algorithm: "ed25519-sha256"; readonly key: KeyObject };

const MIN_RSA_BITS = 1024; // RFC 8301 §3.2
const MAX_REMEMBERED = 500;
/** Of a record that is remembered: an RSA key of 8192 bits has 1500. */
const MAX_REMEMBERED_CHARACTERS = 4096;

/** By the record's text; the oldest first. */
const remembered = new Map<string, Promise<DkimPublicKey | undefined>>();

/** The key of a record; undefined if it has none that can be used. */
export function publicKeyOf(
  record: string,
): Promise<DkimPublicKey | undefined> {
  const known = remembered.get(record);
  if (known) return known;
  const reading = readKey(record);
  if (record.length > MAX_REMEMBERED_CHARACTERS) return reading;
  for (const oldest of remembered.keys()) {
    if (remembered.size < MAX_REMEMBERED) break;
    remembered.delete(oldest);
  }
  remembered.set(record, reading);
  return reading;
}

/** Marks of a zone file that stand in the record itself; the official relays overlook them. */
const STRAY = /["\\]/g;

async function readKey(record: string): Promise<DkimPublicKey | undefined> {
  try {
    const { publicKey } = await getPublicKey(
      "DKIM",
      "key.invalid", // what is looked up is here already
      MIN_RSA_BITS,
      () => Promise.resolve([[record.replace(STRAY, "")]]),
      { hashAlgo: "sha256" },
    );
    const key = createPublicKey(publicKey);
    if (key.asymmetricKeyType === "ed25519") {
      return { algorithm: "ed25519-sha256", key };
    }
    const rsa = rsaPublicKey(key);
    return rsa && { algorithm: "rsa-sha256", key: rsa };
  } catch {
    return undefined;
  }
}

/** Whether a signature is that key's over these octets. */
export function holds(
  publicKey: DkimPublicKey,
  algorithm: DkimAlgorithm,
  signature: Uint8Array,
  octets: Uint8Array,
): boolean {
  if (publicKey.algorithm !== algorithm) return false;
  switch (publicKey.algorithm) {
    case "rsa-sha256":
      return isRsaSignature(publicKey.key, signature, octets);
    case "ed25519-sha256":
      return isEd25519Signature(publicKey.key, signature, octets);
  }
}

function isEd25519Signature(
  key: KeyObject,
  signature: Uint8Array,
  octets: Uint8Array,
): boolean {
  // RFC 8463 §3: the hash of the octets is what is signed
  const hash = createHash("sha256").update(octets).digest();
  try {
    return verify(null, hash, key, signature);
  } catch {
    return false; // of a length that no signature has
  }
}
