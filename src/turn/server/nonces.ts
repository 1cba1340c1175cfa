/**
 * Nonces that the server knows again without keeping them (RFC 8489 §9.2): the
 * second at which one was made, and a short HMAC over it and the client's
 * address. Short, since an answer to somebody unknown has to be.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from "node:crypto";

const TIME_OCTETS = 4;
const TAG_OCTETS = 8;
const LIFETIME_SECONDS = 3600;

export class Nonces {
  readonly #key: Uint8Array;

  /** @param key Of this server, for as long as it runs. */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** 16 characters. */
  make(nowSeconds: number, hostname: string): string {
    const time = new Uint8Array(TIME_OCTETS);
    new DataView(time.buffer).setUint32(0, nowSeconds % 2 ** 32);
    return btoa(String.fromCharCode(...time, ...this.#tag(time, hostname)));
  }

  isValid(nonce: string, nowSeconds: number, hostname: string): boolean {
    const octets = decode(nonce);
    if (octets?.length !== TIME_OCTETS + TAG_OCTETS) return false;
    const time = octets.subarray(0, TIME_OCTETS);
    const madeAt = new DataView(octets.buffer).getUint32(0);
    const age = (nowSeconds - madeAt) % 2 ** 32;
    if (age < 0 || age > LIFETIME_SECONDS) return false;
    return timingSafeEqual(
      octets.subarray(TIME_OCTETS),
      this.#tag(time, hostname),
    );
  }

  #tag(time: Uint8Array, hostname: string): Uint8Array {
    return createHmac("sha256", this.#key).update(time).update(hostname)
      .digest().subarray(0, TAG_OCTETS);
  }
}

const NONCE_CHARACTERS = 16;

function decode(nonce: string): Uint8Array<ArrayBuffer> | undefined {
  if (nonce.length !== NONCE_CHARACTERS) return undefined;
  try {
    return Uint8Array.from(atob(nonce), (one) => one.charCodeAt(0));
  } catch {
    return undefined;
  }
}
