/**
 * Finds the end of a message in the octets after DATA, and unstuffs its dots.
 *
 * The end is CRLF "." CRLF and nothing else (RFC 5321 §4.1.1.4); a CR or LF
 * alone is refused wherever it stands (RFC 5321 §2.3.8), so that no two servers
 * can disagree on where one message ends and the next command begins. The
 * leading dot of a line is removed (RFC 5321 §4.5.2) in the array itself:
 * nothing is copied but what follows a removed dot.
 *
 * @module
 */
import { CR, LF } from "../../base/octets.ts";

export interface ScannedContent {
  /** The front of the scanned array. */
  readonly content: Uint8Array;
  readonly consumedOctets: number;
  /** The message ends here. */
  readonly last: boolean;
}

/** What stands alone where a whole line end has to be. */
export type BareLineEnd = "bare_cr" | "bare_lf";

type Position =
  | "line_start"
  | "after_dot"
  | "after_dot_cr"
  | "in_line"
  | "after_cr";

const DOT = 0x2e;

export class ContentScanner {
  #position: Position = "line_start";

  /** Scans the next octets of one message. A CR or LF alone is final. */
  scan(octets: Uint8Array): ScannedContent | BareLineEnd {
    let kept = 0; // octets of content, at the front
    let from = 0; // start of what is not yet kept
    let at = 0;
    while (at < octets.length) {
      if (this.#position === "in_line") at = endOfText(octets, at);
      if (at === octets.length) break;
      const octet = octets[at]!;
      switch (this.#position) {
        case "in_line":
          if (octet === LF) return "bare_lf";
          this.#position = "after_cr";
          at++;
          break;
        case "after_cr":
          if (octet !== LF) return "bare_cr";
          this.#position = "line_start";
          at++;
          break;
        case "line_start":
          if (octet !== DOT) {
            this.#position = "in_line";
            break;
          }
          kept = keep(octets, kept, from, at);
          from = ++at;
          this.#position = "after_dot";
          break;
        case "after_dot":
          this.#position = octet === CR ? "after_dot_cr" : "in_line";
          if (octet === CR) from = ++at;
          break;
        case "after_dot_cr":
          if (octet !== LF) return "bare_cr";
          return {
            content: octets.subarray(0, kept),
            consumedOctets: at + 1,
            last: true,
          };
      }
    }
    kept = keep(octets, kept, from, at);
    return {
      content: octets.subarray(0, kept),
      consumedOctets: at,
      last: false,
    };
  }
}

/** The index of the next CR or LF, or the length. */
function endOfText(octets: Uint8Array, at: number): number {
  const length = octets.length;
  while (at < length) {
    const octet = octets[at]!;
    if (octet <= CR && (octet === CR || octet === LF)) return at;
    at++;
  }
  return at;
}

function keep(
  octets: Uint8Array,
  kept: number,
  from: number,
  to: number,
): number {
  if (from > kept) octets.copyWithin(kept, from, to);
  return kept + to - from;
}
