/**
 * What seals and opens pieces (RFC 5116): whoever does it passes this, and the
 * runtime can.
 *
 * @module
 */
import { createCipheriv, createDecipheriv } from "node:crypto";
import type { Method } from "../proto/methods.ts";

export interface Aead {
  /** A key for one purpose, until its `end()`. */
  key(
    cipher: Method["cipher"],
    key: Uint8Array,
    purpose: "seal" | "open",
  ): AeadKey;
}

export interface AeadKey {
  /** Writes what is sealed, and its tag of 16 octets, to `out` at `at`. */
  seal(nonce: Uint8Array, plain: Uint8Array, out: Uint8Array, at: number): void;
  /** What was sealed, with its tag behind it; undefined if it was not with this key. */
  open(nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
  /** Gives back what it holds; of no use any more. Safe to repeat. */
  end(): void;
}

/** All keys of one client, so that they end with it. */
export class KeyRing implements Aead {
  readonly #aead: Aead;
  readonly #keys: AeadKey[] = [];
  #hasEnded = false;

  constructor(aead: Aead) {
    this.#aead = aead;
  }

  /** @throws {Error} when all have ended */
  key(...given: Parameters<Aead["key"]>): AeadKey {
    if (this.#hasEnded) throw new Error("The client has left");
    const key = this.#aead.key(...given);
    this.#keys.push(key);
    return key;
  }

  end(): void {
    this.#hasEnded = true;
    for (const key of this.#keys) key.end();
  }
}

const TAG_OCTETS = 16;
const OPTIONS = { authTagLength: TAG_OCTETS };

export const RUNTIME_AEAD: Aead = {
  key: (cipher, key) => new RuntimeKey(cipher as "aes-128-gcm", key),
};

class RuntimeKey implements AeadKey {
  readonly #cipher: "aes-128-gcm";
  readonly #key: Uint8Array;

  constructor(cipher: "aes-128-gcm", key: Uint8Array) {
    this.#cipher = cipher;
    this.#key = key;
  }

  seal(
    nonce: Uint8Array,
    plain: Uint8Array,
    out: Uint8Array,
    at: number,
  ): void {
    const cipher = createCipheriv(this.#cipher, this.#key, nonce, OPTIONS);
    out.set(cipher.update(plain), at);
    cipher.final();
    out.set(cipher.getAuthTag(), at + plain.length);
  }

  open(nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    const end = sealed.length - TAG_OCTETS;
    const decipher = createDecipheriv(this.#cipher, this.#key, nonce, OPTIONS);
    try {
      decipher.setAuthTag(sealed.subarray(end));
      const plain = decipher.update(sealed.subarray(0, end));
      decipher.final();
      return plain;
    } catch {
      return undefined;
    }
  }

  end(): void {} // it holds nothing
}
