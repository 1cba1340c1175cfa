/**
 * Cuts an IMAP octet stream into lines and literal data.
 *
 * Pure: no socket, clock or storage. It holds at most one line, and nothing
 * while the peer is silent between commands; literals pass through in pieces,
 * so a large APPEND is never held here.
 *
 * @module
 */
import { CR, latin1, LF } from "../../base/octets.ts";
import { type LiteralHeader, literalHeader } from "./literal.ts";

export type ImapInput =
  | {
    readonly kind: "line";
    /** Without its line end; one character an octet. */
    readonly text: string;
    readonly literal?: LiteralHeader;
    /** It has NUL or a bare CR: answer BAD, whatever it says. */
    readonly invalid?: true;
    /** It has octets over 127, which few commands take. */
    readonly eightBit?: true;
  }
  | {
    readonly kind: "literal";
    readonly octets: Uint8Array;
    readonly last: boolean;
  }
  | { readonly kind: "fault"; readonly fault: "long_line" };

const NOTHING = new Uint8Array();
const FAULT: ImapInput = { kind: "fault", fault: "long_line" };

export class ImapReceiver {
  #buffer: Uint8Array = NOTHING;
  #start = 0; // of what is not consumed
  #end = 0;
  #searched = 0; // no LF before this index
  #growable = false; // the buffer is ours, with room behind #end
  #lineOctets = 0; // of the current command's lines so far
  #literalLeft: number | undefined; // octets, while inside a literal
  #faulty = false;

  /** @param maxLine Asked at each input: longest command in octets, all its lines and line ends together, without literals. */
  constructor(readonly maxLine: () => number) {}

  /** Octets pushed and not yet consumed. */
  get pending(): number {
    return this.#end - this.#start;
  }

  /** Takes the octets over: the caller must not write to them any more. */
  push(octets: Uint8Array): void {
    if (octets.length === 0) return;
    if (this.#start === this.#end) {
      this.#buffer = octets;
      this.#start = 0;
      this.#end = octets.length;
      this.#searched = 0;
      this.#growable = false;
      return;
    }
    if (
      !this.#growable || this.#buffer.length - this.#end < octets.length
    ) this.#grow(octets.length);
    this.#buffer.set(octets, this.#end);
    this.#end += octets.length;
  }

  /** Forgets an announced literal: the client was told not to send it, and its command is over. */
  skipLiteral(): void {
    this.#literalLeft = undefined;
    this.#lineOctets = 0;
  }

  /** The next input, or undefined until more octets are pushed. A fault is final. */
  next(): ImapInput | undefined {
    if (this.#faulty) return FAULT;
    if (this.#literalLeft !== undefined) {
      return this.#nextPiece(this.#literalLeft);
    }
    if (this.#start === this.#end) return undefined;
    const fresh = this.#buffer.subarray(this.#searched, this.#end);
    const found = fresh.indexOf(LF);
    this.#searched = found < 0 ? this.#end : this.#searched + found + 1;
    const size = this.#searched - this.#start;
    if (this.#lineOctets + size > this.maxLine()) return this.#fail();
    return found < 0 ? undefined : this.#line(this.#take(size));
  }

  #line(octets: Uint8Array): ImapInput {
    this.#lineOctets += octets.length;
    const line = withoutLineEnd(octets);
    const kind = kindOf(line);
    const text = latin1(line);
    const literal = literalHeader(text);
    if (literal) this.#literalLeft = literal.sizeOctets;
    else this.#lineOctets = 0;
    return {
      kind: "line",
      text,
      ...(literal && { literal }),
      ...(kind === "invalid" && { invalid: true }),
      ...(kind === "eight_bit" && { eightBit: true }),
    };
  }

  #nextPiece(left: number): ImapInput | undefined {
    const octets = this.#take(Math.min(left, this.pending));
    if (octets.length === 0 && left > 0) return undefined;
    this.#searched = this.#start;
    const last = octets.length === left;
    this.#literalLeft = last ? undefined : left - octets.length;
    return { kind: "literal", octets, last };
  }

  #fail(): ImapInput {
    this.#faulty = true;
    this.#release();
    return FAULT;
  }

  #take(count: number): Uint8Array {
    const taken = this.#buffer.subarray(this.#start, this.#start + count);
    this.#start += count;
    if (this.#start === this.#end) this.#release();
    return taken;
  }

  #release(): void {
    this.#buffer = NOTHING;
    this.#start = this.#end = this.#searched = 0;
    this.#growable = false;
  }

  /** Makes a new buffer, at least twice as large, so that growing costs linear time. */
  #grow(more: number): void {
    const held = this.pending;
    const grown = new Uint8Array(Math.max(2 * held, held + more, 128));
    grown.set(this.#buffer.subarray(this.#start, this.#end));
    this.#searched -= this.#start;
    this.#start = 0;
    this.#end = held;
    this.#buffer = grown;
    this.#growable = true;
  }
}

/** A bare LF ends a line too, as in Dovecot. */
function withoutLineEnd(line: Uint8Array): Uint8Array {
  return line.subarray(0, line.at(-2) === CR ? -2 : -1);
}

/** "text": only TEXT-CHAR of RFC 3501 §9. */
function kindOf(line: Uint8Array): "text" | "eight_bit" | "invalid" {
  let all = 0;
  for (let i = 0; i < line.length; i++) {
    const octet = line[i]!;
    if (octet === 0 || octet === CR) return "invalid";
    all |= octet;
  }
  return all > 0x7f ? "eight_bit" : "text";
}
