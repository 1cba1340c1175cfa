/**
 * One direction of a stream: what is sealed and opened one after another, each
 * with the next nonce.
 *
 * The octets are worked on here and now. A promise for every piece of them costs
 * more than the work.
 *
 * @module
 */
import { createCipheriv, createDecipheriv } from "node:crypto";
import type { Method } from "../proto/methods.ts";

export const TAG_OCTETS = 16;
const NONCE_OCTETS = 12;
const OPTIONS = { authTagLength: TAG_OCTETS };

export class Sealer {
  readonly #method: Method;
  readonly #key: Uint8Array;
  readonly #nonce = new Nonce();

  constructor(method: Method, key: Uint8Array) {
    this.#method = method;
    this.#key = key;
  }

  /** Writes what is sealed, and its tag, to `out` at `at`; gives where it ends. */
  seal(plain: Uint8Array, out: Uint8Array, at: number): number {
    const cipher = createCipheriv(
      this.#method.cipher as "aes-128-gcm",
      this.#key,
      this.#nonce.next(),
      OPTIONS,
    );
    out.set(cipher.update(plain), at);
    cipher.final();
    out.set(cipher.getAuthTag(), at + plain.length);
    return at + plain.length + TAG_OCTETS;
  }
}

export class Opener {
  readonly #method: Method;
  readonly #key: Uint8Array;
  readonly #nonce = new Nonce();

  constructor(method: Method, key: Uint8Array) {
    this.#method = method;
    this.#key = key;
  }

  /** What was sealed, with its tag behind it; undefined if it was not by somebody with the key. */
  open(sealed: Uint8Array): Uint8Array | undefined {
    const end = sealed.length - TAG_OCTETS;
    const decipher = createDecipheriv(
      this.#method.cipher as "aes-128-gcm",
      this.#key,
      this.#nonce.next(),
      OPTIONS,
    );
    try {
      decipher.setAuthTag(sealed.subarray(end));
      const plain = decipher.update(sealed.subarray(0, end));
      decipher.final();
      return plain;
    } catch {
      return undefined;
    }
  }
}

/** A little-endian counter that begins with 0. */
class Nonce {
  readonly #octets = new Uint8Array(NONCE_OCTETS);
  #isFirst = true;

  /** Lent until the next call. */
  next(): Uint8Array {
    if (this.#isFirst) this.#isFirst = false;
    else {
      for (let at = 0; at < NONCE_OCTETS; at++) {
        const value = (this.#octets[at]! + 1) & 0xff;
        this.#octets[at] = value;
        if (value !== 0) break;
      }
    }
    return this.#octets;
  }
}
