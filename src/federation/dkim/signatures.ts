/**
 * Signatures, made beside the event loop where they are slow: RSA takes a
 * millisecond and more, in which nobody else would be served. The system's
 * OpenSSL makes them where it is there and can be trusted, else the runtime.
 *
 * @module
 */
import { LibraryFault } from "../../libcrypto/library.ts";
import { LibCrypto, type LibraryKey } from "../../mailauth/libcrypto.ts";
import { rawSignature } from "../../mailauth/raw_signature.ts";
import type { DkimKeyMaterial } from "./key_material.ts";

const RSA = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } as const; // RFC 6376 §3.3.1

/** What makes RSA signatures. */
export interface RsaEngine {
  /** Of the system's library; undefined: the runtime makes them. */
  readonly library?: string;
  /** Why the library, which is there, is not used. */
  readonly fault?: string;
}

export interface SignaturesParts {
  /** Others would only take turns on the same cores. */
  readonly atOnce: number;
  /** The system's library, undefined where there is none. Called once. */
  openLibrary?(): LibCrypto | undefined;
  /** It is not used from now on. */
  onFault(fault: LibraryFault): void;
}

export class Signatures {
  readonly #parts: SignaturesParts;
  readonly #ownKeys = new WeakMap<DkimKeyMaterial, Promise<CryptoKey>>();
  readonly #libraryKeys = new WeakMap<DkimKeyMaterial, Promise<LibraryKey>>();
  readonly #waiting: (() => void)[] = [];
  #free: number;
  #opened: { readonly library: LibCrypto | undefined } | undefined;
  #fault: LibraryFault | undefined;

  constructor(parts: SignaturesParts) {
    this.#parts = parts;
    this.#free = parts.atOnce;
  }

  /** As far as is known: a library shows with a key whether it can be trusted. */
  engine(): RsaEngine {
    const library = this.#library();
    if (library) return { library: library.version };
    return this.#fault ? { fault: this.#fault.message } : {};
  }

  /** @param octets What is signed: header fields in canonical form */
  async sign(
    material: DkimKeyMaterial,
    octets: Uint8Array,
  ): Promise<Uint8Array> {
    const { algorithm, key } = material;
    if (algorithm !== "rsa-sha256") return rawSignature(algorithm, key, octets);
    await this.#take();
    try {
      return await this.#signRsa(material, octets);
    } finally {
      this.#give();
    }
  }

  async #signRsa(
    material: DkimKeyMaterial,
    octets: Uint8Array,
  ): Promise<Uint8Array> {
    const library = this.#library();
    if (library) {
      try {
        const key = await known(
          this.#libraryKeys,
          material,
          () => library.key(material.key),
        );
        return await key.sign(octets);
      } catch (error) {
        if (!(error instanceof LibraryFault)) throw error;
        this.#distrust(error);
      }
    }
    const key = await known(this.#ownKeys, material, () => ownKey(material));
    const signature = await crypto.subtle.sign(
      RSA.name,
      key,
      new Uint8Array(octets),
    );
    return new Uint8Array(signature);
  }

  #library(): LibCrypto | undefined {
    if (this.#fault) return undefined;
    const open = this.#parts.openLibrary ?? (() => LibCrypto.open());
    this.#opened ??= { library: open() };
    return this.#opened.library;
  }

  #distrust(fault: LibraryFault): void {
    if (this.#fault) return;
    this.#fault = fault;
    this.#parts.onFault(fault);
  }

  async #take(): Promise<void> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** The place goes on to who waits longest. */
  #give(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#free++;
  }
}

function ownKey({ key }: DkimKeyMaterial): Promise<CryptoKey> {
  const der = new Uint8Array(key.export({ type: "pkcs8", format: "der" }));
  return crypto.subtle.importKey("pkcs8", der, RSA, false, ["sign"]);
}

/** Read once for each key. */
function known<T>(
  keys: WeakMap<DkimKeyMaterial, Promise<T>>,
  material: DkimKeyMaterial,
  read: () => Promise<T>,
): Promise<T> {
  const there = keys.get(material);
  if (there) return there;
  const reading = read();
  keys.set(material, reading);
  return reading;
}
