/** XXH32 (xxhash_spec.md §XXH32) with seed 0, of octets that come in pieces. @module */
const PRIME_1 = 0x9e3779b1;
const PRIME_2 = 0x85ebca77;
const PRIME_3 = 0xc2b2ae3d;
const PRIME_4 = 0x27d4eb2f;
const PRIME_5 = 0x165667b1;
const STRIPE = 16;

export class XxHash32 {
  readonly #lanes = Uint32Array.of(
    PRIME_1 + PRIME_2,
    PRIME_2,
    0,
    -PRIME_1,
  );
  readonly #rest = new Uint8Array(STRIPE);
  #held = 0;
  #total = 0;

  push(octets: Uint8Array): void {
    this.#total += octets.length;
    let at = 0;
    if (this.#held > 0) {
      at = Math.min(STRIPE - this.#held, octets.length);
      this.#rest.set(octets.subarray(0, at), this.#held);
      this.#held += at;
      if (this.#held < STRIPE) return;
      this.#stripe(this.#rest, 0);
      this.#held = 0;
    }
    for (; at + STRIPE <= octets.length; at += STRIPE) this.#stripe(octets, at);
    this.#rest.set(octets.subarray(at));
    this.#held = octets.length - at;
  }

  #stripe(octets: Uint8Array, at: number): void {
    const lanes = this.#lanes;
    for (let n = 0; n < 4; n++) {
      const input = Math.imul(wordAt(octets, at + 4 * n), PRIME_2);
      lanes[n] = Math.imul(rotated(lanes[n]! + input, 13), PRIME_1);
    }
  }

  get value(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#lanes;
    let hash = this.#total >= STRIPE
      ? rotated(a, 1) + rotated(b, 7) + rotated(c, 12) + rotated(d, 18)
      : PRIME_5;
    hash = hash + this.#total | 0;
    let at = 0;
    for (; at + 4 <= this.#held; at += 4) {
      hash += Math.imul(wordAt(this.#rest, at), PRIME_3);
      hash = Math.imul(rotated(hash, 17), PRIME_4);
    }
    for (; at < this.#held; at++) {
      hash += Math.imul(this.#rest[at]!, PRIME_5);
      hash = Math.imul(rotated(hash, 11), PRIME_1);
    }
    hash = Math.imul(hash ^ hash >>> 15, PRIME_2);
    hash = Math.imul(hash ^ hash >>> 13, PRIME_3);
    return (hash ^ hash >>> 16) >>> 0;
  }
}

function wordAt(octets: Uint8Array, at: number): number {
  return octets[at]! | octets[at + 1]! << 8 | octets[at + 2]! << 16 |
    octets[at + 3]! << 24;
}

function rotated(value: number, bits: number): number {
  return value << bits | value >>> 32 - bits;
}
