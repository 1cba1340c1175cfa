/**
 * A stream as a client has it, for a server that tries itself: one request, and
 * the beginning of the answer.
 *
 * @module
 */
import { concat, utf8 } from "../../base/octets.ts";
import type { Random } from "../../base/random.ts";
import type { MasterKey } from "./keys.ts";
import { Opener, Sealer, TAG_OCTETS } from "./sealing.ts";

const TYPE_NAME = 3; // of an address (RFC 1928 §5)
const HEAD_OCTETS = 11; // type, time, length of what follows (SIP022 §3.1.3)
const LENGTH_OCTETS = 2;

export interface StreamTarget {
  readonly host: string;
  readonly port: number;
  /** Said at once; not empty. */
  readonly first: Uint8Array;
  /** Seconds since 1970 UTC. */
  readonly now: number;
}

export class ClientStream {
  readonly #key: MasterKey;
  readonly #salt: Uint8Array;
  readonly #sealer: Sealer;

  constructor(key: MasterKey, random: Random) {
    this.#key = key;
    this.#salt = random(key.method.keyOctets);
    this.#sealer = new Sealer(key.method, key.subkey(this.#salt));
  }

  /** How the stream begins. */
  request({ host, port, first, now }: StreamTarget): Uint8Array {
    const name = utf8(host);
    const address = concat([
      Uint8Array.of(TYPE_NAME, name.length),
      name,
      uint16(port),
    ]);
    if (this.#key.method.edition === "aead") {
      const plain = concat([address, first]);
      return concat([
        this.#salt,
        this.#sealed(uint16(plain.length)),
        this.#sealed(plain),
      ]);
    }
    const rest = concat([address, uint16(0), first]); // without padding
    const head = new Uint8Array(HEAD_OCTETS);
    const view = new DataView(head.buffer);
    view.setBigUint64(1, BigInt(now));
    view.setUint16(9, rest.length);
    return concat([this.#salt, this.#sealed(head), this.#sealed(rest)]);
  }

  /**
   * What the server has said first; undefined while that is not whole.
   *
   * @throws {RangeError} if it does not have the key
   */
  answer(octets: Uint8Array): Uint8Array | undefined {
    const { method } = this.#key;
    const { keyOctets, edition } = method;
    // in that of 2022 the length comes with type, time and the salt of the request
    const head = edition === "2022" ? HEAD_OCTETS + keyOctets : LENGTH_OCTETS;
    const from = keyOctets + head + TAG_OCTETS;
    if (octets.length < from) return undefined;
    const opener = new Opener(
      method,
      this.#key.subkey(octets.subarray(0, keyOctets)),
    );
    const opened = opener.open(octets.subarray(keyOctets, from));
    if (!opened) throw new RangeError("An answer of somebody else");
    const size = opened.at(-2)! << 8 | opened.at(-1)!;
    if (octets.length < from + size + TAG_OCTETS) return undefined;
    const said = opener.open(octets.subarray(from, from + size + TAG_OCTETS));
    if (!said) throw new RangeError("An answer of somebody else");
    return said;
  }

  #sealed(plain: Uint8Array): Uint8Array {
    const out = new Uint8Array(plain.length + TAG_OCTETS);
    this.#sealer.seal(plain, out, 0);
    return out;
  }
}

function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}
