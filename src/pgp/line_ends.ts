/**
 * Line ends of decoded text: each LF becomes CRLF, as mail has it (RFC 5322 §2.3).
 *
 * @module
 */
import { CR, LF } from "../base/octets.ts";

export class LineEnds {
  #afterCr = false;

  /** A copy of the next octets of the text. */
  convert(octets: Uint8Array): Uint8Array {
    const converted = new Uint8Array(2 * octets.length);
    let size = 0;
    for (const octet of octets) {
      if (octet === LF && !this.#afterCr) converted[size++] = CR;
      converted[size++] = octet;
      this.#afterCr = octet === CR;
    }
    return converted.subarray(0, size);
  }
}
