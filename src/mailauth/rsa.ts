/**
 * RSASSA-PKCS1-v1_5 signatures with SHA-256 (RFC 8017 §8.2.2), checked with public
 * keys: no secret is in play, and the whole of what the signature stands for is
 * compared, so nothing of it is parsed. The runtime's own check takes five times
 * as long and stops the event loop meanwhile.
 *
 * @module
 */
import { createHash, type KeyObject } from "node:crypto";

export interface RsaPublicKey {
  readonly modulus: bigint;
  readonly exponent: bigint;
  /** Of the modulus, and of each signature. */
  readonly sizeOctets: number;
  /** What signatures stand for, with a hash of zeros. */
  readonly encoded: bigint;
}

const MAX_BITS = 4096; // RFC 8301 §3.2 asks for no more
const MAX_EXPONENT = 2n ** 32n;
/** The name of SHA-256 before a hash (RFC 8017 §9.2, note 1), and room for the hash. */
const DIGEST_INFO = `3031300d060960864801650304020105000420${"00".repeat(32)}`;

/** undefined for a key that is no RSA key, or takes long. */
export function rsaPublicKey(key: KeyObject): RsaPublicKey | undefined {
  const { kty, n = "", e = "" } = key.export({ format: "jwk" });
  if (kty !== "RSA") return undefined;
  const modulus = integer(fromBase64Url(n));
  const exponent = integer(fromBase64Url(e));
  const bits = modulus.toString(2).length;
  if (bits > MAX_BITS || exponent >= MAX_EXPONENT || exponent < 3n) {
    return undefined;
  }
  const sizeOctets = Math.ceil(bits / 8);
  return { modulus, exponent, sizeOctets, encoded: encoding(sizeOctets) };
}

export function isRsaSignature(
  { modulus, exponent, sizeOctets, encoded }: RsaPublicKey,
  signature: Uint8Array,
  octets: Uint8Array,
): boolean {
  if (signature.length !== sizeOctets) return false;
  const given = integer(signature);
  if (given >= modulus) return false;
  const hash = BigInt(`0x${createHash("sha256").update(octets).digest("hex")}`);
  return power(given, exponent, modulus) === encoded + hash;
}

/** EMSA-PKCS1-v1_5 (RFC 8017 §9.2). */
function encoding(sizeOctets: number): bigint {
  const padding = sizeOctets - 3 - DIGEST_INFO.length / 2;
  return BigInt(`0x0001${"ff".repeat(padding)}00${DIGEST_INFO}`);
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = result * result % modulus;
    if (bit === "1") result = result * base % modulus;
  }
  return result;
}

function integer(octets: Uint8Array): bigint {
  return BigInt(`0x0${octets.toHex()}`);
}

function fromBase64Url(text: string): Uint8Array {
  return Uint8Array.fromBase64(text, { alphabet: "base64url" });
}
