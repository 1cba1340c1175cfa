/**
 * Collects responses as octets, so that many small ones become one write.
 *
 * @module
 */
const INITIAL_OCTETS = 2048;
const encoder = new TextEncoder();

export class ResponseBuffer {
  #octets: Uint8Array = new Uint8Array(INITIAL_OCTETS);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Adds text, as UTF-8. */
  text(text: string): void {
    this.#reserve(3 * text.length); // the most that UTF-8 takes for a UTF-16 unit
    const octets = this.#octets;
    let at = this.#length;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code > 0x7f) return this.#encode(text);
      octets[at++] = code;
    }
    this.#length = at;
  }

  #encode(text: string): void {
    const room = this.#octets.subarray(this.#length);
    this.#length += encoder.encodeInto(text, room).written;
  }

  octets(octets: Uint8Array): void {
    this.#reserve(octets.length);
    this.#octets.set(octets, this.#length);
    this.#length += octets.length;
  }

  /** Forgets what was added since the length was this. */
  truncate(length: number): void {
    this.#length = Math.min(length, this.#length);
  }

  /** All that was added; the buffer is empty then and has nothing to do with it any more. */
  take(): Uint8Array {
    const taken = this.#octets.subarray(0, this.#length);
    this.#octets = new Uint8Array(0);
    this.#length = 0;
    return taken;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#octets.length) return;
    const grown = new Uint8Array(
      Math.max(needed, 2 * this.#octets.length, INITIAL_OCTETS),
    );
    grown.set(this.#octets.subarray(0, this.#length));
    this.#octets = grown;
  }
}
