/**
 * Cuts the body of a multipart message into its parts (RFC 2046 §5.1.1).
 *
 * One level, and strict: what two readers could cut differently is a failure, such
 * as a line before the first part that looks like a boundary. Part bodies pass
 * through in pieces and are never held.
 *
 * @module
 */
import { CR, LF, SPACE, utf8 } from "../base/octets.ts";
import type { Header } from "../mail/header.ts";
import { HeaderReader } from "../mail/header_reader.ts";
import { isPartHeader } from "./part.ts";

const TAB = 0x09;
const DASH = 0x2d;
const MAX_PART_HEADER_OCTETS = 4096;
const MAX_BLANKS_AFTER_BOUNDARY = 64;
const LF_OCTET = Uint8Array.of(LF);
const CR_OCTET = Uint8Array.of(CR);
const CRLF_OCTETS = Uint8Array.of(CR, LF);

/** Where the pieces go. */
export interface MultipartSink {
  /** Nothing more is wanted. */
  readonly failed: boolean;
  preamble(octets: Uint8Array): void;
  /** A part begins; its octets follow. */
  part(header: Header): void;
  /** Without the line end before the next boundary. */
  body(octets: Uint8Array): void;
  partEnd(): void;
  epilogue(octets: Uint8Array): void;
}

export class MultipartReader {
  readonly #sink: MultipartSink;
  readonly #delimiter: Uint8Array;
  #where: "preamble" | "header" | "body" | "epilogue" = "preamble";
  #failed = false;
  /** A line end that is content only if no boundary follows it. */
  #held: Uint8Array | undefined;
  #atLineStart = true;
  /** A line that may be a boundary, while it is not whole. */
  readonly #candidate: Uint8Array;
  #candidateLength = 0;
  #headerReader: HeaderReader | undefined;

  constructor(boundary: string, sink: MultipartSink) {
    this.#sink = sink;
    this.#delimiter = utf8(`--${boundary}`);
    this.#candidate = new Uint8Array(
      this.#delimiter.length + MAX_BLANKS_AFTER_BOUNDARY + 4,
    );
  }

  get failed(): boolean {
    return this.#failed;
  }

  write(octets: Uint8Array): void {
    for (let at = 0; at < octets.length && !this.#failed;) {
      if (this.#sink.failed) return;
      if (this.#where === "epilogue") {
        this.#sink.epilogue(octets.subarray(at));
        return;
      }
      if (this.#where === "header") at += this.#readHeader(octets.subarray(at));
      else if (this.#candidateLength > 0) at = this.#readCandidate(octets, at);
      else at = this.#readContent(octets, at);
    }
  }

  /** Whether the last boundary came, and nothing was wrong. */
  finish(): boolean {
    if (this.#candidateLength > 0 && !this.#failed) this.#endCandidate();
    return this.#where === "epilogue" && !this.#failed;
  }

  #readHeader(octets: Uint8Array): number {
    this.#headerReader ??= new HeaderReader(MAX_PART_HEADER_OCTETS);
    const taken = this.#headerReader.write(octets);
    const header = this.#headerReader.header;
    if (this.#headerReader.tooLarge) this.#failed = true;
    if (!header) return taken;
    this.#headerReader = undefined;
    this.#failed ||= !isPartHeader(header);
    if (this.#failed) return taken;
    this.#where = "body";
    this.#atLineStart = true;
    this.#sink.part(header);
    return taken;
  }

  /** Passes content on, up to a line that begins with a dash. Returns where to go on. */
  #readContent(octets: Uint8Array, start: number): number {
    if (this.#held === CR_OCTET) {
      if (octets[start] === LF) {
        this.#held = CRLF_OCTETS;
        this.#atLineStart = true;
        return start + 1;
      }
      this.#release();
    }
    if (this.#atLineStart && octets[start] === DASH) {
      const same = this.#sameAsDelimiter(octets, start);
      if (same === this.#delimiter.length || start + same === octets.length) {
        this.#candidate[0] = DASH;
        this.#candidateLength = 1;
        return start + 1;
      }
      this.#tellApart(same);
    }
    this.#release();
    const dash = nextLineDash(octets, start + 1);
    const end = dash < 0 ? octets.length : dash;
    this.#pass(octets, start, end);
    return end;
  }

  /** How many octets are those that a boundary begins with. */
  #sameAsDelimiter(octets: Uint8Array, start: number): number {
    const delimiter = this.#delimiter;
    let same = 0;
    while (
      same < delimiter.length && octets[start + same] === delimiter[same]
    ) {
      same++;
    }
    return same;
  }

  /** A line that begins with so much of a boundary is none. */
  #tellApart(same: number): void {
    // Another reader may find another boundary in the header than we do.
    if (this.#where === "preamble" && same > 1) this.#failed = true;
  }

  /** Passes a piece on and holds the line end it may end in. */
  #pass(octets: Uint8Array, start: number, end: number): void {
    let stop = end;
    this.#atLineStart = octets[end - 1] === LF;
    if (octets[end - 1] === CR) {
      this.#held = CR_OCTET;
      stop--;
    } else if (this.#atLineStart) {
      const crlf = end - start >= 2 && octets[end - 2] === CR;
      this.#held = crlf ? CRLF_OCTETS : LF_OCTET;
      stop -= this.#held.length;
    }
    if (stop > start) this.#emit(octets.subarray(start, stop));
  }

  /** Grows the candidate. Returns where to go on. */
  #readCandidate(octets: Uint8Array, at: number): number {
    const octet = octets[at]!;
    const index = this.#candidateLength;
    const expected = this.#delimiter[index];
    if (expected !== undefined && octet !== expected) {
      this.#tellApart(index);
      this.#dropCandidate();
      return at;
    }
    if (index === this.#candidate.length) {
      this.#failed = true; // no reader agrees with another on such a boundary
      return at;
    }
    this.#candidate[index] = octet;
    this.#candidateLength++;
    if (octet === LF) this.#endCandidate();
    return at + 1;
  }

  /** It is content after all. */
  #dropCandidate(): void {
    const line = this.#candidate.slice(0, this.#candidateLength);
    this.#candidateLength = 0;
    this.#atLineStart = false;
    this.#release();
    this.#emit(line);
  }

  /** A line that begins with the delimiter is whole. */
  #endCandidate(): void {
    const size = this.#delimiter.length;
    if (this.#candidateLength < size) { // at the end of the data
      this.#dropCandidate();
      return;
    }
    let rest = this.#candidate.subarray(size, this.#candidateLength);
    this.#candidateLength = 0;
    const last = rest.length >= 2 && rest[0] === DASH && rest[1] === DASH;
    if (last) rest = rest.subarray(2);
    const ended = rest.at(-1) === LF;
    if (ended) rest = rest.subarray(0, rest.at(-2) === CR ? -2 : -1);
    if (!rest.every((octet) => octet === SPACE || octet === TAB)) {
      this.#failed = true;
      return;
    }
    this.#held = undefined;
    if (this.#where === "body") this.#sink.partEnd();
    this.#where = last ? "epilogue" : "header";
  }

  #release(): void {
    const held = this.#held;
    this.#held = undefined;
    if (held) this.#emit(held);
  }

  #emit(octets: Uint8Array): void {
    if (this.#where === "body") this.#sink.body(octets);
    else this.#sink.preamble(octets);
  }
}

/** The next dash behind a line end, or -1. */
function nextLineDash(octets: Uint8Array, start: number): number {
  let dash = octets.indexOf(DASH, start);
  while (dash >= 0 && octets[dash - 1] !== LF) {
    dash = octets.indexOf(DASH, dash + 1);
  }
  return dash;
}
