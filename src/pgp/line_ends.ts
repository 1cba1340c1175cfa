/**
 * Line ends of decoded text, and of what did not come over SMTP: each LF becomes
 * CRLF, as mail has it (RFC 5322 §2.3).
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

/** Gives octets unchanged as long as every LF of theirs follows a CR. */
export class CrlfLines {
  #ends: LineEnds | undefined;
  #last = 0;

  convert(octets: Uint8Array): Uint8Array {
    if (!this.#ends && hasBareLf(octets, this.#last)) {
      this.#ends = new LineEnds();
      if (this.#last === CR) this.#ends.convert(new Uint8Array([CR]));
    }
    this.#last = octets.at(-1) ?? this.#last;
    return this.#ends?.convert(octets) ?? octets;
  }
}

function hasBareLf(octets: Uint8Array, before: number): boolean {
  let at = octets.indexOf(LF);
  if (at === 0 && before !== CR) return true;
  if (at === 0) at = octets.indexOf(LF, 1);
  while (at > 0 && octets[at - 1] === CR) at = octets.indexOf(LF, at + 1);
  return at > 0;
}
