/**
 * One direction of a stream: what is sealed and opened one after another, each
 * with the next nonce.
 *
 * The octets are worked on here and now. A promise for every piece of them costs
 * more than the work.
 *
 * @module
 */
import type { Method } from "../proto/methods.ts";
import { type Aead, type AeadKey, RUNTIME_AEAD } from "./aead.ts";

export const TAG_OCTETS = 16;
const NONCE_OCTETS = 12;

export class Sealer {
  readonly #key: AeadKey;
  readonly #nonce = new Nonce();

  constructor({ cipher }: Method, key: Uint8Array, aead: Aead = RUNTIME_AEAD) {
    this.#key = aead.key(cipher, key, "seal");
  }

  /** Writes what is sealed, and its tag, to `out` at `at`; gives where it ends. */
  seal(plain: Uint8Array, out: Uint8Array, at: number): number {
    this.#key.seal(this.#nonce.next(), plain, out, at);
    return at + plain.length + TAG_OCTETS;
  }
}

export class Opener {
  readonly #key: AeadKey;
  readonly #nonce = new Nonce();

  constructor({ cipher }: Method, key: Uint8Array, aead: Aead = RUNTIME_AEAD) {
    this.#key = aead.key(cipher, key, "open");
  }

  /** What was sealed, with its tag behind it; undefined if it was not by somebody with the key. */
  open(sealed: Uint8Array): Uint8Array | undefined {
    return this.#key.open(this.#nonce.next(), sealed);
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
