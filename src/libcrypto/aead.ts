/**
 * Authenticated encryption (RFC 5116) by the OpenSSL of the system, piece by
 * piece with one key: the key is set up once, and what comes of a piece is written
 * where it belongs.
 *
 * @module
 */
import { createCipheriv } from "node:crypto";
import { concat } from "../base/octets.ts";
import {
  type Library,
  type LibraryCalls,
  LibraryFault,
  SUCCESS,
} from "./library.ts";

const CIPHERS = {
  "aes-128-gcm": { code: "EVP_aes_128_gcm", keyOctets: 16 },
  "aes-256-gcm": { code: "EVP_aes_256_gcm", keyOctets: 32 },
  "chacha20-poly1305": { code: "EVP_chacha20_poly1305", keyOctets: 32 },
} as const;
export type AeadCipher = keyof typeof CIPHERS;

const TAG_OCTETS = 16;
const NONCE_OCTETS = 12;
const GET_TAG = 0x10; // EVP_CTRL_AEAD_GET_TAG
const SET_TAG = 0x11; // EVP_CTRL_AEAD_SET_TAG

export class LibraryAead {
  readonly #calls: LibraryCalls;

  /** @throws {LibraryFault} it does not do what the runtime does */
  constructor({ calls }: Library) {
    this.#calls = calls;
    for (const cipher of Object.keys(CIPHERS) as AeadCipher[]) {
      this.#check(cipher);
    }
  }

  /**
   * Holds memory of the library until `end()`.
   *
   * @throws {LibraryFault}
   */
  key(
    cipher: AeadCipher,
    key: Uint8Array,
    purpose: "seal" | "open",
  ): LibraryAeadKey {
    const calls = this.#calls;
    const { code, keyOctets } = CIPHERS[cipher];
    if (key.length !== keyOctets) throw new LibraryFault("the key has no size");
    const context = calls.EVP_CIPHER_CTX_new();
    if (context === null) throw new LibraryFault("it has no memory");
    const isSealing = purpose === "seal" ? 1 : 0;
    const begun = calls.EVP_CipherInit_ex(
      context,
      calls[code](),
      null,
      new Uint8Array(key),
      null,
      isSealing,
    );
    if (begun === SUCCESS) return new LibraryAeadKey(calls, context, isSealing);
    calls.EVP_CIPHER_CTX_free(context);
    calls.ERR_clear_error();
    throw new LibraryFault("it does not begin");
  }

  #check(cipher: AeadCipher): void {
    const key = new Uint8Array(CIPHERS[cipher].keyOctets).fill(7);
    const nonce = new Uint8Array(NONCE_OCTETS).fill(1);
    const plain = new Uint8Array(100).fill(9);
    const own = createCipheriv(cipher as "aes-128-gcm", key, nonce, {
      authTagLength: TAG_OCTETS,
    });
    const wanted = concat([own.update(plain), own.final(), own.getAuthTag()]);
    const sealed = new Uint8Array(plain.length + TAG_OCTETS);
    const sealing = this.key(cipher, key, "seal");
    const opening = this.key(cipher, key, "open");
    try {
      sealing.seal(nonce, plain, sealed, 0);
      const opened = opening.open(nonce, sealed);
      sealed[0]! ^= 1;
      const forged = opening.open(nonce, sealed);
      sealed[0]! ^= 1;
      if (
        !isSame(sealed, wanted) || !opened || !isSame(opened, plain) ||
        forged !== undefined
      ) throw new LibraryFault(`${cipher} is not what it should be`);
    } finally {
      sealing.end();
      opening.end();
    }
  }
}

/** A key of one cipher in the library's memory, for one purpose. */
class LibraryAeadKey {
  readonly #calls: LibraryCalls;
  #context: Deno.PointerValue;
  readonly #isSealing: 0 | 1;
  readonly #length = new Int32Array(1);

  constructor(
    calls: LibraryCalls,
    context: Deno.PointerObject,
    isSealing: 0 | 1,
  ) {
    this.#calls = calls;
    this.#context = context;
    this.#isSealing = isSealing;
  }

  /**
   * Writes what is sealed, and its tag, to `out` at `at`.
   *
   * @throws {LibraryFault} it has ended, or there is no room
   */
  seal(
    nonce: Uint8Array,
    plain: Uint8Array,
    out: Uint8Array,
    at: number,
  ): void {
    const end = at + plain.length;
    if (end + TAG_OCTETS > out.length) throw new LibraryFault("no room");
    const tag = out.subarray(end, end + TAG_OCTETS);
    const isDone = this.#run(nonce, plain, out.subarray(at, end)) &&
      this.#final(tag) && this.#tag(GET_TAG, tag);
    if (!isDone) throw this.#fault("it does not seal");
  }

  /** undefined if it was not sealed with the key. @throws {LibraryFault} it has ended */
  open(nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
    const end = sealed.length - TAG_OCTETS;
    if (end < 0) return undefined;
    const plain = new Uint8Array(end);
    const isOurs = this.#run(nonce, sealed.subarray(0, end), plain) &&
      this.#tag(SET_TAG, sealed.subarray(end)) &&
      this.#final(new Uint8Array(TAG_OCTETS));
    if (isOurs) return plain;
    this.#calls.ERR_clear_error();
    return undefined;
  }

  /** Gives its memory back. Safe to repeat. */
  end(): void {
    if (this.#context === null) return;
    this.#calls.EVP_CIPHER_CTX_free(this.#context);
    this.#context = null;
  }

  #run(nonce: Uint8Array, from: Uint8Array, to: Uint8Array): boolean {
    // whoever still works with it would write to memory that is another's now
    if (this.#context === null) throw new LibraryFault("it has ended");
    if (nonce.length !== NONCE_OCTETS) throw new LibraryFault("no nonce");
    const calls = this.#calls;
    return calls.EVP_CipherInit_ex(
          this.#context,
          null,
          null,
          null,
          lent(nonce),
          this.#isSealing,
        ) === SUCCESS &&
      (from.length === 0 ||
        calls.EVP_CipherUpdate(
                this.#context,
                lent(to),
                this.#length,
                lent(from),
                from.length,
              ) === SUCCESS && this.#length[0] === from.length);
  }

  /** These ciphers leave nothing to be written at the end. */
  #final(room: Uint8Array): boolean {
    return this.#calls.EVP_CipherFinal_ex(
      this.#context,
      lent(room),
      this.#length,
    ) === SUCCESS;
  }

  #tag(what: number, tag: Uint8Array): boolean {
    return this.#calls.EVP_CIPHER_CTX_ctrl(
      this.#context,
      what,
      TAG_OCTETS,
      lent(tag),
    ) === SUCCESS;
  }

  #fault(text: string): LibraryFault {
    this.#calls.ERR_clear_error();
    return new LibraryFault(text);
  }
}

/** It is worked with here and now, so that it stays where it is. */
function lent(octets: Uint8Array): Uint8Array<ArrayBuffer> {
  return octets as Uint8Array<ArrayBuffer>;
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length &&
    one.every((octet, at) => octet === other[at]);
}
