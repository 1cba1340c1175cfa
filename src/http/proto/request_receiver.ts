/**
 * Requests of an HTTP/1.1 client (RFC 9112): octets in, heads and pieces of
 * bodies out. It holds at most one head, and what was pushed and not yet asked
 * for. A fault is final.
 *
 * @module
 */
import { concat, CR, latin1, LF } from "../../base/octets.ts";
import {
  parseFields,
  parseRequestHead,
  type RequestFault,
  type RequestHead,
} from "./request_head.ts";

export type RequestInput =
  | { readonly kind: "head"; readonly head: RequestHead }
  | {
    readonly kind: "body";
    readonly octets: Uint8Array;
    readonly last: boolean;
  }
  | { readonly kind: "fault"; readonly fault: RequestFault };

const MAX_REQUEST_LINE_OCTETS = 8192; // RFC 9112 §3
const MAX_CHUNK_LINE_OCTETS = 1024;
/** Of all extensions and trailers of one body, which nobody wants. */
const MAX_CHUNK_EXTRA_OCTETS = 16_384;
const CHUNK_SIZE = /^([0-9A-Fa-f]{1,8})(?:[ \t]*;[\t\x20-\x7e\x80-\xff]*)?$/;
const TOKEN_CHARACTER = /[!#$%&'*+.^_`|~0-9A-Za-z-]/;

/** What comes next on the connection. */
type Expected =
  | { readonly kind: "head" }
  | { readonly kind: "octets"; left: number }
  | { readonly kind: "chunk_size" }
  | { readonly kind: "chunk"; left: number }
  | { readonly kind: "chunk_end" }
  | { readonly kind: "trailer" }
  | { readonly kind: "nothing" };

const NOTHING: Uint8Array = new Uint8Array();

export class RequestReceiver {
  readonly #maxHeadOctets: number;
  #buffer = NOTHING;
  #expected: Expected = { kind: "head" };
  #lineStart = 0; // in the head, before which all lines are whole
  #searched = 0;
  #extraOctets = 0;

  constructor(maxHeadOctets: number) {
    this.#maxHeadOctets = maxHeadOctets;
  }

  /** Octets that are held. */
  get pending(): number {
    return this.#buffer.length;
  }

  push(octets: Uint8Array): void {
    this.#buffer = this.#buffer.length === 0
      ? octets
      : concat([this.#buffer, octets]);
  }

  /**
   * The next input, or undefined until more octets are pushed. After a head with
   * a body come its pieces, after the last of them another head.
   */
  next(): RequestInput | undefined {
    const expected = this.#expected;
    switch (expected.kind) {
      case "nothing":
        return undefined;
      case "head":
        return this.#readHead();
      case "octets": {
        const octets = this.#take(expected.left);
        expected.left -= octets.length;
        if (expected.left === 0) this.#expectHead();
        else if (octets.length === 0) return undefined;
        return { kind: "body", octets, last: expected.left === 0 };
      }
      default:
        return this.#readChunked(expected);
    }
  }

  /** What was received and belongs to no request: the connection speaks another protocol now. */
  takeRest(): Uint8Array {
    this.#expected = { kind: "nothing" };
    return this.#take(this.#buffer.length);
  }

  #readHead(): RequestInput | undefined {
    for (;;) {
      const end = this.#buffer.indexOf(LF, this.#searched);
      if (end < 0) return this.#unfinishedHead();
      if (this.#buffer[end - 1] !== CR) return this.#fail("malformed");
      const fault = this.#headFault(end + 1);
      if (fault) return this.#fail(fault);
      const isEmpty = end - 1 === this.#lineStart;
      this.#lineStart = this.#searched = end + 1;
      if (!isEmpty) continue;
      const octets = this.#take(end + 1);
      this.#expectHead();
      if (octets.length === 2) continue; // RFC 9112 §2.2: before a request
      const head = parseRequestHead(octets);
      if (typeof head === "string") return this.#fail(head);
      this.#expectBody(head);
      return { kind: "head", head };
    }
  }

  #unfinishedHead(): RequestInput | undefined {
    const { length } = this.#buffer;
    this.#searched = length;
    const first = this.#buffer[0];
    if (first === undefined || first === CR && length === 1) return undefined;
    // e.g. a TLS record, whose line would never end
    if (first !== CR && !TOKEN_CHARACTER.test(String.fromCharCode(first))) {
      return this.#fail("malformed");
    }
    const fault = this.#headFault(length);
    return fault ? this.#fail(fault) : undefined;
  }

  /** @param size Of the head as far as it has come. */
  #headFault(size: number): RequestFault | undefined {
    if (this.#lineStart === 0 && size > MAX_REQUEST_LINE_OCTETS) {
      return "target_too_long";
    }
    return size > this.#maxHeadOctets ? "head_too_large" : undefined;
  }

  #expectHead(): void {
    this.#expected = { kind: "head" };
    this.#lineStart = this.#searched = 0;
  }

  #expectBody({ framing }: RequestHead): void {
    this.#extraOctets = 0;
    if (framing.kind === "length") {
      this.#expected = { kind: "octets", left: framing.sizeOctets };
    } else if (framing.kind === "chunked") {
      this.#expected = { kind: "chunk_size" };
    }
  }

  /** RFC 9112 §7.1 */
  #readChunked(start: Expected): RequestInput | undefined {
    let expected = start;
    for (;;) {
      if (expected.kind === "chunk") {
        const octets = this.#take(expected.left);
        if (octets.length === 0) return undefined;
        expected.left -= octets.length;
        if (expected.left === 0) this.#expected = { kind: "chunk_end" };
        return { kind: "body", octets, last: false };
      }
      const line = this.#chunkLine();
      if (line === undefined) return undefined;
      const next = line === "fault" ? undefined : this.#afterLine(line.text);
      if (!next) return this.#fail("bad_body");
      if (next.kind === "head") {
        this.#expectHead();
        return { kind: "body", octets: new Uint8Array(), last: true };
      }
      this.#expected = expected = next;
    }
  }

  /** What comes after a line of chunked framing; undefined if the line is wrong there. */
  #afterLine(text: string): Expected | undefined {
    switch (this.#expected.kind) {
      case "chunk_end":
        return text === "" ? { kind: "chunk_size" } : undefined;
      case "trailer":
        if (text === "") return { kind: "head" };
        return parseFields([text]) ? { kind: "trailer" } : undefined;
      default: {
        const size = CHUNK_SIZE.exec(text)?.[1];
        if (size === undefined) return undefined;
        const left = parseInt(size, 16);
        return left === 0 ? { kind: "trailer" } : { kind: "chunk", left };
      }
    }
  }

  #chunkLine(): { readonly text: string } | "fault" | undefined {
    const end = this.#buffer.indexOf(LF);
    const length = end < 0 ? this.#buffer.length : end + 1;
    if (length > MAX_CHUNK_LINE_OCTETS) return "fault";
    if (end < 0) return undefined;
    if (this.#buffer[end - 1] !== CR) return "fault";
    const text = latin1(this.#take(end + 1).subarray(0, -2));
    if (!isPlain(text)) this.#extraOctets += text.length;
    return this.#extraOctets > MAX_CHUNK_EXTRA_OCTETS ? "fault" : { text };
  }

  #take(count: number): Uint8Array {
    const octets = this.#buffer.subarray(0, count);
    this.#buffer = count < this.#buffer.length
      ? this.#buffer.subarray(count)
      : NOTHING; // what was pushed may be gone soon
    return octets;
  }

  #fail(fault: RequestFault): RequestInput {
    this.#buffer = NOTHING;
    this.#expected = { kind: "nothing" };
    return { kind: "fault", fault };
  }
}

/** A size, or the end of a chunk: needed however long the body is. */
function isPlain(line: string): boolean {
  return line.length <= 8 && !line.includes(";") && !line.includes(":");
}
