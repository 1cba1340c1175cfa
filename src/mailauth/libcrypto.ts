/**
 * RSA signatures by the OpenSSL of the system, which takes a third of the time
 * that this runtime's own arithmetic does, on a thread beside the event loop.
 * A key counts only after a signature of it has held before our own check.
 *
 * @module
 */
import { createPublicKey, type KeyObject } from "node:crypto";
import {
  type Library,
  type LibraryCalls,
  LibraryFault,
  openLibrary,
  SUCCESS,
} from "../libcrypto/library.ts";
import { isRsaSignature, type RsaPublicKey, rsaPublicKey } from "./rsa.ts";

const PROBE = new TextEncoder().encode("postern");

export class LibCrypto {
  readonly #calls: LibraryCalls;
  /** As it calls itself: "OpenSSL 3.5.4 30 Sep 2025". */
  readonly version: string;
  readonly #unused: FinalizationRegistry<Deno.PointerValue>;

  constructor({ calls, version }: Library) {
    this.#calls = calls;
    this.version = version;
    this.#unused = new FinalizationRegistry((key) => calls.EVP_PKEY_free(key));
  }

  /** undefined where there is none, or not the one we know. */
  static open(name?: string): LibCrypto | undefined {
    const library = openLibrary(name);
    return library && new LibCrypto(library);
  }

  /**
   * @param key A private RSA key
   * @throws {LibraryFault} it cannot be used, or what it signs does not hold
   */
  async key(key: KeyObject): Promise<LibraryKey> {
    const publicKey = rsaPublicKey(createPublicKey(key));
    if (!publicKey) throw new LibraryFault("no RSA key of a usual size");
    const taken = new LibraryKey(this.#calls, this.#read(key), publicKey);
    this.#unused.register(taken, taken.pointer);
    if (!isRsaSignature(publicKey, await taken.sign(PROBE), PROBE)) {
      throw new LibraryFault("a signature of it does not hold");
    }
    return taken;
  }

  #read(key: KeyObject): Deno.PointerObject {
    const calls = this.#calls;
    const der = Uint8Array.from(key.export({ type: "pkcs8", format: "der" }));
    const at = Deno.UnsafePointer.value(Deno.UnsafePointer.of(der));
    const pointer = calls.d2i_AutoPrivateKey(
      null,
      BigUint64Array.of(BigInt(at)), // moved to the end of what was read
      BigInt(der.length),
    );
    der.fill(0);
    if (pointer !== null) return pointer;
    calls.ERR_clear_error();
    throw new LibraryFault("it does not take the key");
  }
}

/** A private key in the library's memory, freed when nobody knows it any more. */
export class LibraryKey {
  readonly #calls: LibraryCalls;
  readonly pointer: Deno.PointerObject;
  readonly #publicKey: RsaPublicKey;

  constructor(
    calls: LibraryCalls,
    pointer: Deno.PointerObject,
    publicKey: RsaPublicKey,
  ) {
    this.#calls = calls;
    this.pointer = pointer;
    this.#publicKey = publicKey;
  }

  /**
   * RSASSA-PKCS1-v1_5 with SHA-256.
   *
   * @throws {LibraryFault}
   */
  async sign(octets: Uint8Array): Promise<Uint8Array> {
    const calls = this.#calls;
    const { sizeOctets } = this.#publicKey;
    const context = calls.EVP_MD_CTX_new(); // holds the key too, once it has it
    if (context === null) throw new LibraryFault("it has no memory");
    try {
      if (
        calls.EVP_DigestSignInit(
          context,
          null,
          calls.EVP_sha256(),
          null,
          this.pointer,
        ) !== SUCCESS
      ) throw new LibraryFault("it does not begin");
      const signature = new Uint8Array(sizeOctets);
      const length = BigUint64Array.of(BigInt(sizeOctets));
      const signed = new Uint8Array(octets);
      const result = await calls.EVP_DigestSign(
        context,
        signature,
        length,
        signed,
        BigInt(signed.length),
      );
      signed.fill(0); // it had to stay until now, and to be nobody else's
      if (result !== SUCCESS || length[0] !== BigInt(sizeOctets)) {
        throw new LibraryFault("it does not sign");
      }
      return signature;
    } finally {
      calls.EVP_MD_CTX_free(context);
      calls.ERR_clear_error();
    }
  }
}
