/**
 * A DKIM key: how it is made, read, and published in the DNS.
 *
 * @module
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
} from "node:crypto";
import type { DkimAlgorithm } from "../../mailauth/raw_signature.ts";

const RSA_BITS = 2048;
const LEAST_RSA_BITS = 1024; // RFC 8301 §3.2: nobody takes shorter ones
const MOST_RSA_BITS = 4096; // RFC 6376 §3.3.3: longer records do not fit everywhere
const ED25519_OCTETS = 32; // RFC 8463 §4.2: the key alone, without what stands around it

export interface DkimKeyMaterial {
  readonly algorithm: DkimAlgorithm;
  readonly key: KeyObject;
  /** PKCS #8. */
  readonly pem: string;
  /** `p=` of its record (RFC 6376 §3.6.1): SubjectPublicKeyInfo of RSA keys, in Base64. */
  readonly publicKey: string;
}

/** A new one; the arithmetic is done beside the event loop. */
export async function newKey(
  algorithm: DkimAlgorithm,
): Promise<DkimKeyMaterial> {
  const key = await new Promise<KeyObject>((resolve, reject) => {
    const made = (error: Error | null, _: KeyObject, key: KeyObject) =>
      error ? reject(error) : resolve(key);
    if (algorithm === "rsa-sha256") {
      generateKeyPair("rsa", { modulusLength: RSA_BITS }, made);
    } else generateKeyPair("ed25519", {}, made);
  });
  return materialOf(key, algorithm);
}

/**
 * Reads a private key: PKCS #8, or PKCS #1 as other programs write it.
 *
 * @throws {SyntaxError} what is wrong with it, without any of it
 */
export function readKey(pem: string): DkimKeyMaterial {
  let key: KeyObject;
  try {
    key = createPrivateKey(pem.trim()); // Deno reads none with an empty line at its end
  } catch (error) {
    throw new SyntaxError("It is no private key in PEM, or it is encrypted", {
      cause: error,
    });
  }
  switch (key.asymmetricKeyType) {
    case "ed25519":
      return materialOf(key, "ed25519-sha256");
    case "rsa": {
      const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
      if (bits >= LEAST_RSA_BITS && bits <= MOST_RSA_BITS) {
        return materialOf(key, "rsa-sha256");
      }
      throw new SyntaxError(
        `An RSA key must have ${LEAST_RSA_BITS} to ${MOST_RSA_BITS} bits, this one has ${bits}`,
      );
    }
    default:
      throw new SyntaxError("It is neither an RSA nor an Ed25519 key");
  }
}

function materialOf(key: KeyObject, algorithm: DkimAlgorithm): DkimKeyMaterial {
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  const published = algorithm === "rsa-sha256"
    ? spki
    : spki.subarray(-ED25519_OCTETS);
  return {
    algorithm,
    key,
    pem: key.export({ type: "pkcs8", format: "pem" }) as string,
    publicKey: published.toString("base64"),
  };
}
