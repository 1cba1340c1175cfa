/**
 * Where frames of Zstandard end (RFC 8878 §3): what unpacks them does not tell
 * that the last one was cut off.
 *
 * @module
 */
const SKIPPABLE = 0x184d2a50; // to 0x184d2a5f
const DICTIONARY_OCTETS = [0, 1, 2, 4];
const SIZE_OCTETS = [0, 2, 4, 8];
const CHECKSUM_OCTETS = 4;

type Awaited =
  | "magic"
  | "descriptor"
  | "block"
  | "skippable_size"
  /** So many octets of no interest, then the block after them, or another frame. */
  | "block_after"
  | "frame_after";

export class ZstdFrames {
  #awaited: Awaited = "magic";
  /** Of what is awaited. */
  #left = 4;
  /** As much of it as has come, the first octet lowest. */
  #value = 0;
  #read = 0;
  #hasChecksum = false;
  #frames = 0;

  push(octets: Uint8Array): void {
    for (let at = 0; at < octets.length;) {
      const isSkipped = this.#awaited === "block_after" ||
        this.#awaited === "frame_after";
      if (isSkipped) {
        const count = Math.min(this.#left, octets.length - at);
        this.#left -= count;
        at += count;
      } else {
        this.#value += octets[at++]! * 2 ** (8 * this.#read++);
        this.#left--;
      }
      while (this.#left === 0) this.#next();
    }
  }

  /** Whether it may end here. */
  get isWhole(): boolean {
    return this.#awaited === "magic" && this.#read === 0 && this.#frames > 0;
  }

  #next(): void {
    const value = this.#value;
    switch (this.#awaited) {
      case "magic":
        return (value & ~0xf) === SKIPPABLE
          ? this.#await("skippable_size", 4)
          : this.#await("descriptor", 1);
      case "skippable_size":
        return this.#await("frame_after", value);
      case "descriptor": {
        const isSingle = (value & 0x20) !== 0;
        this.#hasChecksum = (value & 4) !== 0;
        const sizeFlag = value >> 6;
        const size = sizeFlag === 0 && isSingle ? 1 : SIZE_OCTETS[sizeFlag]!;
        const window = isSingle ? 0 : 1;
        return this.#await(
          "block_after",
          window + DICTIONARY_OCTETS[value & 3]! + size,
        );
      }
      case "block": {
        const isRun = (value >> 1 & 3) === 1;
        const size = isRun ? 1 : value >>> 3;
        const isLast = (value & 1) !== 0;
        const checksum = this.#hasChecksum ? CHECKSUM_OCTETS : 0;
        return isLast
          ? this.#await("frame_after", size + checksum)
          : this.#await("block_after", size);
      }
      case "block_after":
        return this.#await("block", 3);
      case "frame_after":
        this.#frames++;
        return this.#await("magic", 4);
    }
  }

  #await(what: Awaited, octets: number): void {
    this.#awaited = what;
    this.#left = octets;
    this.#value = this.#read = 0;
  }
}
