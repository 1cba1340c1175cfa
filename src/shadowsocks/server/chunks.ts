/**
 * What follows the beginning of a stream: chunks of a sealed length and what is
 * sealed with it, in both directions.
 *
 * @module
 */
import { concat } from "../../base/octets.ts";
import type { Method } from "../proto/methods.ts";
import type { Aead } from "./aead.ts";
import type { MasterKey } from "./keys.ts";
import type { OctetSource } from "./octet_source.ts";
import { payloadLength } from "./request.ts";
import { type Opener, Sealer, TAG_OCTETS } from "./sealing.ts";

const LENGTH_OCTETS = 2;
const OVERHEAD = LENGTH_OCTETS + 2 * TAG_OCTETS;
const TYPE_SERVER = 1; // SIP022 §3.1.3

/** From a client. */
export class ChunkReader {
  readonly #source: OctetSource;
  readonly #opener: Opener;
  readonly #method: Method;
  /** Of the chunk whose length is known. */
  #expected: number | undefined;

  constructor(source: OctetSource, opener: Opener, method: Method) {
    this.#source = source;
    this.#opener = opener;
    this.#method = method;
  }

  /**
   * All that is whole by now, at least something; undefined when the peer has
   * closed.
   *
   * @throws {RangeError} when something was not sealed with the key
   * @throws {Error} when the connection is lost
   */
  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const plain = this.#whole();
      if (plain) return plain;
      if (!await this.#source.fill()) return undefined;
    }
  }

  #whole(): Uint8Array | undefined {
    const parts: Uint8Array[] = [];
    for (;;) {
      this.#expected ??= this.#length();
      if (this.#expected === undefined) break;
      const sealed = this.#source.take(this.#expected + TAG_OCTETS);
      if (!sealed) break;
      this.#expected = undefined;
      parts.push(this.#opened(sealed));
    }
    return parts.length > 1 ? concat(parts) : parts[0];
  }

  #length(): number | undefined {
    const sealed = this.#source.take(LENGTH_OCTETS + TAG_OCTETS);
    if (!sealed) return undefined;
    const length = payloadLength(this.#opened(sealed), this.#method);
    if (length === undefined) throw new RangeError("A chunk without length");
    return length;
  }

  #opened(sealed: Uint8Array): Uint8Array {
    const plain = this.#opener.open(sealed);
    if (!plain) throw new RangeError("A chunk of somebody else");
    return plain;
  }
}

export interface ReplyParts {
  readonly key: MasterKey;
  /** Of the request that is answered. */
  readonly requestSalt: Uint8Array;
  readonly aead: Aead;
  /** A fresh one. */
  readonly salt: Uint8Array;
  /** Seconds since 1970 UTC. */
  now(): number;
}

/** To a client. */
export class ChunkWriter {
  readonly #parts: ReplyParts;
  readonly #method: Method;
  readonly #sealer: Sealer;
  #hasBegun = false;

  constructor(parts: ReplyParts) {
    const { key, salt, aead } = parts;
    this.#parts = parts;
    this.#method = key.method;
    this.#sealer = new Sealer(key.method, key.subkey(salt), aead);
  }

  /** These octets as they go out; the first ones with what a stream begins with. */
  seal(plain: Uint8Array): Uint8Array {
    const { maxPayload, keyOctets } = this.#method;
    const chunks = Math.ceil(plain.length / maxPayload);
    const head = this.#hasBegun ? 0 : 2 * keyOctets + 64;
    const out = new Uint8Array(head + plain.length + chunks * OVERHEAD);
    let end = 0;
    let from = 0;
    if (!this.#hasBegun) {
      this.#hasBegun = true;
      const first = plain.subarray(0, maxPayload);
      out.set(this.#parts.salt);
      end = keyOctets;
      if (this.#method.edition === "2022") {
        end = this.#sealer.seal(this.#head(first.length), out, end);
        end = this.#sealer.seal(first, out, end);
        from = first.length;
      }
    }
    for (; from < plain.length; from += maxPayload) {
      const payload = plain.subarray(from, from + maxPayload);
      end = this.#sealer.seal(lengthOf(payload), out, end);
      end = this.#sealer.seal(payload, out, end);
    }
    return out.subarray(0, end);
  }

  /** Type, time, the salt that is answered, and the length of the first payload. */
  #head(length: number): Uint8Array {
    const { requestSalt, now } = this.#parts;
    const head = new Uint8Array(11 + requestSalt.length);
    const view = new DataView(head.buffer);
    view.setUint8(0, TYPE_SERVER);
    view.setBigUint64(1, BigInt(now()));
    head.set(requestSalt, 9);
    view.setUint16(head.length - LENGTH_OCTETS, length);
    return head;
  }
}

function lengthOf({ length }: Uint8Array): Uint8Array {
  return Uint8Array.of(length >> 8, length & 0xff);
}
