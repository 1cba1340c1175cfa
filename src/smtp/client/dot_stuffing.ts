/**
 * A message as DATA sends it: a dot before each line that begins with one, and
 * the line with a dot alone that ends it (RFC 5321 §4.5.2).
 *
 * @module
 */
import { concat, CR, LF } from "../../base/octets.ts";

const DOT = 0x2e;
const ONE_DOT = new Uint8Array([DOT]);
const END = new Uint8Array([DOT, CR, LF]);
const CRLF = new Uint8Array([CR, LF]);

export class DotStuffing {
  #atLineStart = true;
  #lastIsCr = false;

  /** @param octets with CRLF at every line end, cut anywhere */
  stuff(octets: Uint8Array): Uint8Array {
    const parts: Uint8Array[] = [];
    let from = 0;
    for (let at = 0; at < octets.length;) {
      if (this.#atLineStart && octets[at] === DOT) {
        parts.push(octets.subarray(from, at), ONE_DOT);
        from = at;
      }
      this.#atLineStart = false;
      const end = octets.indexOf(LF, at);
      if (end < 0) break;
      this.#atLineStart = true;
      at = end + 1;
    }
    if (octets.length > 0) this.#lastIsCr = octets.at(-1) === CR;
    if (parts.length === 0) return octets;
    parts.push(octets.subarray(from));
    return concat(parts);
  }

  /** What ends the message, its last line included if that has no end. */
  end(): Uint8Array {
    if (this.#atLineStart) return END;
    return concat([this.#lastIsCr ? new Uint8Array([LF]) : CRLF, END]);
  }
}
