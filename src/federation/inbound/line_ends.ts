/** Line ends of a body as they came: signatures are made over CRLF (RFC 6376 §5.3). @module */
import { CR, LF } from "../../base/octets.ts";
import { LineEnds } from "../../pgp/line_ends.ts";

/** Gives octets unchanged as long as every LF of theirs follows a CR. */
export class CrlfBody {
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
