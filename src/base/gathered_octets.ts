/**
 * Octets that come in pieces, however small: what is held is what has come, and
 * not the buffers that it came in. Each is copied a few times at most.
 *
 * @module
 */
const FIRST_OCTETS = 512;

export class GatheredOctets {
  #room = new Uint8Array();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** All of them, until more are added. */
  get octets(): Uint8Array<ArrayBuffer> {
    return this.#room.subarray(0, this.#size);
  }

  /** Of whoever gave them, they may change then. */
  add(octets: Uint8Array): void {
    const end = this.#size + octets.length;
    if (end > this.#room.length) {
      const larger = new Uint8Array(
        Math.max(end, FIRST_OCTETS, this.#room.length * 2),
      );
      larger.set(this.octets);
      this.#room = larger;
    }
    this.#room.set(octets, this.#size);
    this.#size = end;
  }
}
