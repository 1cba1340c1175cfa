/**
 * Finds the end of a header block in a stream (RFC 5322 §2.1).
 *
 * @module
 */
import { CR, LF } from "../base/octets.ts";
import { type Header, parseHeader } from "./header.ts";

export const MAX_HEADER_OCTETS = 256 * 1024;

const NOTHING: Uint8Array = new Uint8Array();

/**
 * Collects a header block from the front of a stream.
 *
 * It takes octets until the empty line and leaves the rest to the caller; it
 * holds no more than its limit.
 */
export class HeaderReader {
  readonly #maxOctets: number;
  #buffer: Uint8Array = NOTHING;
  #length = 0;
  /** Octets of the current line so far: 0, or 1 for a lone CR, which may be half a line end. */
  #lineOctets = 0;
  #lineIsCr = false;
  #header: Header | undefined;
  #tooLarge = false;

  /** @param maxOctets Of the whole block, the empty line included. */
  constructor(maxOctets = MAX_HEADER_OCTETS) {
    this.#maxOctets = maxOctets;
  }

  /** The header, once its empty line came or `finish` was called. */
  get header(): Header | undefined {
    return this.#header;
  }

  /** The block is over the limit: the reader takes all and keeps nothing more. */
  get tooLarge(): boolean {
    return this.#tooLarge;
  }

  /** Takes what belongs to the header. Returns how many octets that was. */
  write(octets: Uint8Array): number {
    if (this.#header) return 0;
    const end = this.#endIn(octets);
    const taken = end < 0 ? octets.length : end;
    if (end >= 0 && this.#length === 0 && end <= this.#maxOctets) {
      this.#header = parseHeader(octets.slice(0, end));
      return end;
    }
    this.#keep(octets.subarray(0, taken));
    if (end >= 0 && !this.#tooLarge) this.#complete();
    return this.#tooLarge ? octets.length : taken;
  }

  /** The stream has ended: what came is the header, with or without an empty line. */
  finish(): Header | undefined {
    if (!this.#header && !this.#tooLarge) this.#complete();
    return this.#header;
  }

  #complete(): void {
    this.#header = parseHeader(this.#buffer.slice(0, this.#length));
    this.#buffer = NOTHING;
  }

  /** First octet after the empty line, or -1. */
  #endIn(octets: Uint8Array): number {
    for (let at = 0; at < octets.length;) {
      const lf = octets.indexOf(LF, at);
      const stop = lf < 0 ? octets.length : lf;
      if (stop > at) {
        this.#lineIsCr = this.#lineOctets === 0 && stop - at === 1 &&
          octets[at] === CR;
        this.#lineOctets += stop - at;
      }
      if (lf < 0) return -1;
      if (this.#lineOctets === 0 || this.#lineIsCr) return lf + 1;
      this.#lineOctets = 0;
      this.#lineIsCr = false;
      at = lf + 1;
    }
    return -1;
  }

  #keep(octets: Uint8Array): void {
    const needed = this.#length + octets.length;
    if (needed > this.#maxOctets) {
      this.#tooLarge = true;
      this.#buffer = NOTHING;
      return;
    }
    if (needed > this.#buffer.length) {
      const larger = new Uint8Array(
        Math.min(this.#maxOctets, Math.max(needed, 2 * this.#buffer.length)),
      );
      larger.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = larger;
    }
    this.#buffer.set(octets, this.#length);
    this.#length = needed;
  }
}
