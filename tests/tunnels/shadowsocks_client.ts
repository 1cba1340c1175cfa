/** A client of Shadowsocks that says what it is told, right or wrong. @module */
import { concat, utf8 } from "../../src/base/octets.ts";
import { systemRandom } from "../../src/base/random.ts";
import type { MethodName } from "../../src/shadowsocks/proto/methods.ts";
import { MasterKey } from "../../src/shadowsocks/server/keys.ts";
import { Opener, Sealer } from "../../src/shadowsocks/server/sealing.ts";

const TAG = 16;

export interface RequestOptions {
  readonly port?: number;
  readonly first?: string;
  readonly salt?: Uint8Array;
  /** Seconds since 1970 UTC, for a cipher of 2022. */
  readonly now?: number;
  readonly padding?: number;
}

export class ShadowsocksClient {
  readonly key: MasterKey;
  #sealer: Sealer | undefined;
  #requestSalt = new Uint8Array(0);

  constructor(method: MethodName, password: string) {
    const key = MasterKey.of(method, password);
    if (!key) throw new TypeError("No key for the cipher");
    this.key = key;
  }

  /** Salt and address, with what is sent at once. */
  request(options: RequestOptions = {}): Uint8Array {
    const { method } = this.key;
    const salt = options.salt ?? systemRandom(method.keyOctets);
    this.#requestSalt = salt.slice();
    this.#sealer = new Sealer(method, this.key.subkey(salt));
    const first = utf8(options.first ?? "");
    const target = concat([
      Uint8Array.of(3, 12),
      utf8("mail.example"),
      uint16(options.port ?? 993),
    ]);
    if (method.edition === "aead") {
      return concat([salt, this.chunk(concat([target, first]))]);
    }
    const padding = options.padding ?? (first.length === 0 ? 7 : 0);
    const rest = concat([
      target,
      uint16(padding),
      new Uint8Array(padding),
      first,
    ]);
    const fixed = new Uint8Array(11);
    const view = new DataView(fixed.buffer);
    view.setBigUint64(1, BigInt(options.now ?? Math.floor(Date.now() / 1000)));
    view.setUint16(9, rest.length);
    return concat([salt, this.#sealed(fixed), this.#sealed(rest)]);
  }

  chunk(plain: Uint8Array): Uint8Array {
    return concat([this.#sealed(uint16(plain.length)), this.#sealed(plain)]);
  }

  /** What a server has sent, opened. @throws {Error} if it is not whole, or not its own */
  open(octets: Uint8Array): string {
    const { method } = this.key;
    const opener = new Opener(
      method,
      this.key.subkey(octets.subarray(0, method.keyOctets)),
    );
    let at = method.keyOctets;
    function next(size: number): Uint8Array {
      const plain = opener.open(octets.subarray(at, at + size + TAG));
      if (!plain || plain.length !== size) throw new Error("Not of the server");
      at += size + TAG;
      return plain;
    }
    const parts: Uint8Array[] = [];
    if (method.edition === "2022") {
      const head = next(11 + method.keyOctets);
      if (head[0] !== 1) throw new Error("Not of a server");
      if (!isSame(head.subarray(9, -2), this.#requestSalt)) {
        throw new Error("The answer to somebody else");
      }
      parts.push(next(head.at(-2)! << 8 | head.at(-1)!));
    }
    while (at < octets.length) {
      const length = next(2);
      parts.push(next(length[0]! << 8 | length[1]!));
    }
    return new TextDecoder().decode(concat(parts));
  }

  #sealed(plain: Uint8Array): Uint8Array {
    const out = new Uint8Array(plain.length + TAG);
    if (!this.#sealer) throw new TypeError("There is no request yet");
    this.#sealer.seal(plain, out, 0);
    return out;
  }
}

export function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length &&
    one.every((octet, at) => octet === other[at]);
}
