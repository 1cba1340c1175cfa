/**
 * Signatures, made beside the event loop where they are slow: RSA takes some
 * milliseconds, in which nobody else would be served.
 *
 * @module
 */
import { rawSignature } from "../../mailauth/raw_signature.ts";
import type { DkimKeyMaterial } from "./key_material.ts";

const RSA = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" } as const; // RFC 6376 §3.3.1

export class Signatures {
  readonly #keys = new WeakMap<DkimKeyMaterial, Promise<CryptoKey>>();
  readonly #waiting: (() => void)[] = [];
  #free: number;

  /** @param atOnce Others would only take turns on the same cores. */
  constructor(atOnce: number) {
    this.#free = atOnce;
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
      const signature = await crypto.subtle.sign(
        RSA.name,
        await this.#rsaKey(material),
        new Uint8Array(octets),
      );
      return new Uint8Array(signature);
    } finally {
      this.#give();
    }
  }

  #rsaKey(material: DkimKeyMaterial): Promise<CryptoKey> {
    const known = this.#keys.get(material);
    if (known) return known;
    const der = new Uint8Array(
      material.key.export({ type: "pkcs8", format: "der" }),
    );
    const key = crypto.subtle.importKey("pkcs8", der, RSA, false, ["sign"]);
    this.#keys.set(material, key);
    return key;
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
