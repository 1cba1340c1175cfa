/**
 * Octets of an SMTP client in, command lines and message content out.
 *
 * A command line ends in CRLF (RFC 5321 §2.3.8); a CR or LF alone, NUL, and
 * what only other protocols send are faults, after which nothing can be
 * trusted. Of a line no more than its limit is held, of content nothing: it is
 * handed on in pieces of what was pushed.
 *
 * @module
 */
import { concat, CR, LF } from "../../base/octets.ts";
import { type BareLineEnd, ContentScanner } from "./content_scanner.ts";

export type SmtpInput =
  /** Without CRLF. Not ASCII: read as UTF-8, where U+FFFD stands for what is not. */
  | { readonly kind: "line"; readonly text: string; readonly ascii: boolean }
  | {
    readonly kind: "content";
    readonly octets: Uint8Array;
    readonly last: boolean;
  }
  /** A line over its limit, which has been skipped. */
  | { readonly kind: "long_line" }
  | { readonly kind: "fault"; readonly fault: SmtpFault };

export type SmtpFault = BareLineEnd | "nul" | "endless_line" | "not_smtp";

const TLS_HANDSHAKE = 0x16; // first octet of a record (RFC 8446 §5.1)
const MAX_SKIPPED_OCTETS = 64 * 1024;
const NOTHING = new Uint8Array();
const decoder = new TextDecoder();

export class SmtpReceiver {
  #buffer: Uint8Array = NOTHING;
  #at = 0; // of the next octet not yet consumed
  #scanned = 0; // octets from there that are known not to end the line
  #ascii = true;
  #skippedOctets: number | undefined; // of a line over its limit
  #content: ContentScanner | undefined;
  #fault: SmtpFault | undefined;

  /** Takes the array: dots are unstuffed in it. */
  push(octets: Uint8Array): void {
    this.#buffer = this.pending === 0
      ? octets
      : concat([this.#buffer.subarray(this.#at), octets]);
    this.#at = 0;
  }

  /** Octets not yet consumed. */
  get pending(): number {
    return this.#buffer.length - this.#at;
  }

  get inContent(): boolean {
    return this.#content !== undefined;
  }

  /** What follows is a message, up to its end. */
  startContent(): void {
    this.#content = new ContentScanner();
  }

  /**
   * The next input, or undefined until more octets are pushed. A fault is final.
   *
   * @param maxLineOctets Longest command line, including CRLF.
   */
  next(maxLineOctets: number): SmtpInput | undefined {
    const input = this.#content
      ? this.#nextContent(this.#content)
      : this.#nextLine(maxLineOctets);
    return this.#fault ? { kind: "fault", fault: this.#fault } : input;
  }

  #nextContent(scanner: ContentScanner): SmtpInput | undefined {
    if (this.pending === 0) return undefined;
    const found = scanner.scan(this.#buffer.subarray(this.#at));
    if (typeof found === "string") return this.#fail(found);
    this.#consume(this.#at + found.consumedOctets);
    if (found.last) this.#content = undefined;
    return { kind: "content", octets: found.content, last: found.last };
  }

  #nextLine(maxLineOctets: number): SmtpInput | undefined {
    const end = this.#findLineEnd();
    if (this.#skippedOctets !== undefined || this.#scanned > maxLineOctets) {
      return this.#skipLine(end);
    }
    if (end === undefined) return undefined;
    const line = this.#buffer.subarray(this.#at, end - 2);
    const tooLong = end - this.#at > maxLineOctets;
    const ascii = this.#ascii;
    this.#consume(end);
    if (tooLong) return { kind: "long_line" };
    return { kind: "line", text: decoder.decode(line), ascii };
  }

  /** The index after the line's CRLF, or undefined if it has not come yet. */
  #findLineEnd(): number | undefined {
    const buffer = this.#buffer;
    for (let i = this.#at + this.#scanned; i < buffer.length; i++) {
      const octet = buffer[i]!;
      if (octet === CR) {
        if (buffer[i + 1] === LF) return i + 2;
        if (i + 1 < buffer.length) return this.#fail("bare_cr");
        this.#scanned = i - this.#at;
        return undefined;
      }
      if (octet === LF) return this.#fail("bare_lf");
      if (octet === 0) return this.#fail("nul");
      if (octet === TLS_HANDSHAKE && i === this.#at) {
        return this.#fail("not_smtp");
      }
      if (octet >= 0x80) this.#ascii = false;
    }
    this.#scanned = buffer.length - this.#at;
    return undefined;
  }

  #skipLine(end: number | undefined): SmtpInput | undefined {
    const upTo = end ?? this.#at + this.#scanned;
    const skipped = (this.#skippedOctets ?? 0) + upTo - this.#at;
    this.#consume(upTo);
    if (end !== undefined) return { kind: "long_line" };
    this.#skippedOctets = skipped;
    if (skipped > MAX_SKIPPED_OCTETS) this.#fail("endless_line");
    return undefined;
  }

  #consume(upTo: number): void {
    this.#at = upTo;
    this.#scanned = 0;
    this.#ascii = true;
    this.#skippedOctets = undefined;
    if (upTo < this.#buffer.length) return;
    this.#buffer = NOTHING;
    this.#at = 0;
  }

  #fail(fault: SmtpFault): undefined {
    this.#fault = fault;
    return undefined;
  }
}
