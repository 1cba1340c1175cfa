/**
 * How keys follow from what two have agreed on (RFC 8446 §7), with SHA-256, and
 * how they agree.
 *
 * @module
 */
import { createHash, createHmac } from "node:crypto";
import { concat, utf8 } from "../../base/octets.ts";
import { bigEndian, vector } from "./octet_reader.ts";
import type { RecordKey } from "./records.ts";

const HASH = "sha256";
const HASH_OCTETS = 32;
const NOTHING = new Uint8Array();

export function hash(...parts: readonly Uint8Array[]): Uint8Array {
  const digest = createHash(HASH);
  for (const part of parts) digest.update(part);
  return new Uint8Array(digest.digest());
}

function hmac(key: Uint8Array, octets: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac(HASH, key).update(octets).digest());
}

/** RFC 5869 §2.3, of one block, which is as much as is ever asked for. */
function expandLabel(
  secret: Uint8Array,
  label: string,
  context: Uint8Array,
  size = HASH_OCTETS,
): Uint8Array {
  const info = concat([
    bigEndian(2, size),
    vector(1, utf8(`tls13 ${label}`)),
    vector(1, context),
    Uint8Array.of(1),
  ]);
  return hmac(secret, info).subarray(0, size);
}

/** RFC 5869 §2.2 */
const extract = hmac;

/** Secrets of both directions. */
export interface TrafficSecrets {
  readonly client: Uint8Array;
  readonly server: Uint8Array;
}

/** From the shared secret on: there is no key that both knew before. */
export class KeySchedule {
  readonly #handshake: Uint8Array;

  constructor(shared: Uint8Array) {
    const zeros = new Uint8Array(HASH_OCTETS);
    const early = extract(zeros, zeros);
    this.#handshake = extract(
      expandLabel(early, "derived", hash()),
      shared,
    );
  }

  /** @param transcript Hash up to the ServerHello. */
  handshake(transcript: Uint8Array): TrafficSecrets {
    return secrets(this.#handshake, "hs", transcript);
  }

  /** @param transcript Hash up to the server's Finished. */
  application(transcript: Uint8Array): TrafficSecrets {
    const derived = expandLabel(this.#handshake, "derived", hash());
    const main = extract(derived, new Uint8Array(HASH_OCTETS));
    return secrets(main, "ap", transcript);
  }
}

function secrets(
  from: Uint8Array,
  of: "hs" | "ap",
  transcript: Uint8Array,
): TrafficSecrets {
  return {
    client: expandLabel(from, `c ${of} traffic`, transcript),
    server: expandLabel(from, `s ${of} traffic`, transcript),
  };
}

/** RFC 8446 §7.3, of AES-128-GCM. */
export function recordKey(secret: Uint8Array): RecordKey {
  return {
    key: expandLabel(secret, "key", NOTHING, 16),
    iv: expandLabel(secret, "iv", NOTHING, 12),
  };
}

/** What a Finished says (RFC 8446 §4.4.4). */
export function verifyData(
  secret: Uint8Array,
  transcript: Uint8Array,
): Uint8Array {
  return hmac(expandLabel(secret, "finished", NOTHING), transcript);
}

/** Ways to agree on a secret, which Go, OpenSSL and JSSE all offer (RFC 8446 §4.2.7). */
export const GROUPS = new Map<number, string>([
  [0x001d, "X25519"],
  [0x0017, "P-256"],
]);

/**
 * @param theirs Their part, as the client has sent it.
 * @returns Our part of it, and what both know then.
 * @throws {SyntaxError} when theirs can be none
 */
export async function agree(
  group: number,
  theirs: Uint8Array,
): Promise<{ readonly ours: Uint8Array; readonly shared: Uint8Array }> {
  const curve = GROUPS.get(group);
  if (!curve) throw new SyntaxError("The group is not known");
  const isX25519 = curve === "X25519";
  const algorithm = isX25519
    ? { name: curve }
    : { name: "ECDH", namedCurve: curve };
  const { publicKey, privateKey } = await crypto.subtle.generateKey(
    algorithm,
    true,
    ["deriveBits"],
  ) as CryptoKeyPair;
  try {
    const peer = await crypto.subtle.importKey(
      "raw",
      theirs.slice(),
      algorithm,
      true,
      [],
    );
    const shared = await crypto.subtle.deriveBits(
      { name: isX25519 ? curve : "ECDH", public: peer },
      privateKey,
      256,
    );
    const ours = await crypto.subtle.exportKey("raw", publicKey);
    return { ours: new Uint8Array(ours), shared: new Uint8Array(shared) };
  } catch (error) {
    throw new SyntaxError("The key cannot be one", { cause: error });
  }
}
