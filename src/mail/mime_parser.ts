/**
 * Finds the parts of a message as its octets arrive (RFC 2046 §5.1).
 *
 * Lenient: every stream of octets has a structure. It holds one header at a time
 * and what the parts' headers said; depth and number of parts are bounded, and what
 * is beyond a bound is part of the body around it.
 *
 * @module
 */
import { CR, LF, SPACE } from "../base/octets.ts";
import { parameterOf } from "./content_type.ts";
import { type ImapEnvelope, readEnvelope } from "./envelope.ts";
import { parseHeader } from "./header.ts";
import { MAX_HEADER_OCTETS } from "./header_reader.ts";
import type { MimeMessage, MimePart } from "./mime.ts";
import { type PartHeader, readPartHeader } from "./part_header.ts";

const TAB = 0x09;
const DASH = 0x2d;
const MAX_DEPTH = 32;
const MAX_PARTS = 500;
const MAX_PART_HEADER_OCTETS = 32 * 1024; // what is over is not read
const MAX_BOUNDARY_OCTETS = 200; // RFC 2046 §5.1.1 has 70; some senders have more
const LINE_START_OCTETS = MAX_BOUNDARY_OCTETS + 64;

/** A part that has begun and, while on the stack, not ended. */
interface OpenPart {
  readonly headerStart: number;
  readonly isMessageRoot: boolean;
  readonly inDigest: boolean;
  /** Set when its header has ended, like all below. */
  header?: PartHeader;
  envelope?: ImapEnvelope;
  bodyStart: number;
  bodyEnd: number;
  /** Line ends before the body, later in the body. */
  lines: number;
  /** With its two dashes; until the closing one came. */
  delimiter?: Uint8Array;
  readonly children: OpenPart[];
}

export class MimeParser {
  readonly #root: OpenPart = openPart(0, { isMessageRoot: true });
  readonly #stack: OpenPart[] = [this.#root];
  #parts = 1;
  #inHeader = true;
  #headerOctets: Uint8Array = new Uint8Array(2048);
  #headerLength = 0;

  /** Octets and line ends before the current line. */
  #lineAt = 0;
  #lineEnds = 0;
  /** Size of the line end before the current line: what a boundary takes with it. */
  #endBefore = 0;
  /** The current line, so far as it came in earlier pieces. */
  readonly #lineStart = new Uint8Array(LINE_START_OCTETS);
  #lineLength = 0;
  #lastOctet = 0; // before the line end
  #lineEnded = false;

  /** Takes the next octets. Never throws. */
  write(octets: Uint8Array): void {
    for (let at = 0; at < octets.length;) {
      const lf = octets.indexOf(LF, at);
      const end = lf < 0 ? octets.length : lf + 1;
      if (this.#inHeader) this.#keepHeader(octets.subarray(at, end));
      if (lf >= 0 && this.#lineLength === 0) {
        this.#endWholeLine(octets, at, end);
      } else {
        this.#addToLine(octets.subarray(at, end));
        if (lf >= 0) this.#endLine();
      }
      at = end;
    }
  }

  /** The message has ended. */
  finish(): MimeMessage {
    if (this.#lineLength > 0) this.#endLine();
    this.#closeDownTo(0, this.#lineAt, this.#lineEnds);
    return finishedMessage(this.#root);
  }

  #addToLine(octets: Uint8Array): void {
    const room = this.#lineStart.length - this.#lineLength;
    if (room > 0) {
      this.#lineStart.set(octets.subarray(0, room), this.#lineLength);
    }
    const last = octets[octets.length - 1]!;
    if (last !== LF) this.#lastOctet = last;
    else if (octets.length > 1) this.#lastOctet = octets[octets.length - 2]!;
    this.#lineLength += octets.length;
    this.#lineEnded = last === LF;
  }

  /** A line that came in one piece, which nearly all do. */
  #endWholeLine(octets: Uint8Array, at: number, end: number): void {
    const size = end - at;
    const endSize = size > 1 && octets[end - 2] === CR ? 2 : 1;
    if (this.#inHeader || octets[at] === DASH) {
      const start = octets.subarray(at, Math.min(end, at + LINE_START_OCTETS));
      if (this.#takeLine(start, size, endSize)) return;
    }
    this.#advance(size, endSize);
  }

  /** A line that came in pieces, or has no end. */
  #endLine(): void {
    const size = this.#lineLength;
    const endSize = !this.#lineEnded
      ? 0
      : size > 1 && this.#lastOctet === CR
      ? 2
      : 1;
    const start = this.#lineStart.subarray(
      0,
      Math.min(size, this.#lineStart.length),
    );
    this.#lineLength = 0;
    if (!this.#takeLine(start, size, endSize)) this.#advance(size, endSize);
  }

  #advance(size: number, endSize: number): void {
    this.#lineAt += size;
    this.#endBefore = endSize;
    if (endSize > 0) this.#lineEnds++;
  }

  /** Acts on a boundary or an end of header. Returns whether it has advanced. */
  #takeLine(start: Uint8Array, size: number, endSize: number): boolean {
    const text = start.subarray(0, Math.min(start.length, size - endSize));
    const found = this.#findBoundary(text);
    if (found) {
      this.#takeBoundary(found.index, found.last, size, endSize);
      return true;
    }
    if (!this.#inHeader || size > endSize) return false;
    this.#advance(size, endSize);
    this.#endHeader(this.#lineAt, this.#lineEnds);
    return true;
  }

  #findBoundary(
    line: Uint8Array,
  ): { index: number; last: boolean } | undefined {
    if (line[0] !== DASH || line[1] !== DASH) return undefined;
    for (let index = this.#stack.length - 1; index >= 0; index--) {
      const delimiter = this.#stack[index]!.delimiter;
      if (!delimiter || !startsWith(line, delimiter)) continue;
      const size = delimiter.length;
      const last = line[size] === DASH && line[size + 1] === DASH;
      if (isBlank(line, last ? size + 2 : size)) return { index, last };
    }
    return undefined;
  }

  #takeBoundary(
    index: number,
    last: boolean,
    size: number,
    endSize: number,
  ): void {
    const end = this.#lineAt - this.#endBefore;
    const lines = this.#lineEnds - (this.#endBefore > 0 ? 1 : 0);
    this.#closeDownTo(index + 1, end, lines);
    this.#advance(size, endSize);
    if (!last) this.#endBefore = 0; // it belongs to this boundary
    const multipart = this.#stack[index]!;
    if (last || this.#parts >= MAX_PARTS) {
      delete multipart.delimiter;
      return;
    }
    const part = openPart(this.#lineAt, {
      inDigest: multipart.header?.subtype === "digest",
    });
    multipart.children.push(part);
    this.#open(part);
  }

  #open(part: OpenPart): void {
    this.#stack.push(part);
    this.#parts++;
    this.#inHeader = true;
    this.#headerLength = 0;
  }

  /** Ends all parts from that place of the stack on. */
  #closeDownTo(index: number, end: number, lines: number): void {
    while (this.#inHeader && this.#stack.length > index) {
      const part = this.#stack.at(-1)!;
      this.#headerLength = Math.max(
        0,
        Math.min(this.#headerLength, end - part.headerStart),
      );
      this.#endHeader(Math.max(end, part.headerStart), lines);
    }
    while (this.#stack.length > index) {
      const part = this.#stack.pop()!;
      part.bodyEnd = Math.max(part.bodyStart, end);
      part.lines = Math.max(0, lines - part.lines);
    }
    this.#inHeader = false;
  }

  #keepHeader(octets: Uint8Array): void {
    const limit = this.#stack.length === 1
      ? MAX_HEADER_OCTETS
      : MAX_PART_HEADER_OCTETS;
    const kept = octets.subarray(0, limit - this.#headerLength);
    const needed = this.#headerLength + kept.length;
    if (needed > this.#headerOctets.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * this.#headerLength));
      larger.set(this.#headerOctets.subarray(0, this.#headerLength));
      this.#headerOctets = larger;
    }
    this.#headerOctets.set(kept, this.#headerLength);
    this.#headerLength = needed;
  }

  /** The current part's header has ended and its body begins there. */
  #endHeader(bodyStart: number, lines: number): void {
    const part = this.#stack.at(-1)!;
    const header = parseHeader(
      this.#headerOctets.slice(0, this.#headerLength),
    );
    this.#inHeader = false;
    part.header = this.#bounded(
      readPartHeader(header, { inDigest: part.inDigest }),
    );
    if (part.isMessageRoot) part.envelope = readEnvelope(header);
    part.bodyStart = bodyStart;
    part.lines = lines;
    const { type, subtype, parameters } = part.header;
    if (type === "multipart") {
      const boundary = parameterOf(parameters, "boundary") ?? "";
      const delimiter = new TextEncoder().encode(`--${boundary}`);
      const usable = boundary !== "" &&
        delimiter.length <= MAX_BOUNDARY_OCTETS;
      if (usable) part.delimiter = delimiter;
    } else if (type === "message" && subtype === "rfc822") {
      const root = openPart(bodyStart, { isMessageRoot: true });
      part.children.push(root);
      this.#open(root);
    }
  }

  /** A part that cannot be opened is shown as mere octets. */
  #bounded(header: PartHeader): PartHeader {
    const isMessage = header.type === "message" && header.subtype === "rfc822";
    if (!isMessage && header.type !== "multipart") return header;
    const tooDeep = this.#stack.length >= MAX_DEPTH ||
      this.#parts >= MAX_PARTS;
    const encoded = isMessage &&
      !["7bit", "8bit", "binary"].includes(header.encoding);
    if (!tooDeep && !encoded) return header;
    return { ...header, type: "application", subtype: "octet-stream" };
  }
}

function openPart(
  headerStart: number,
  kind: { readonly isMessageRoot?: true; readonly inDigest?: boolean },
): OpenPart {
  return {
    headerStart,
    isMessageRoot: kind.isMessageRoot ?? false,
    inDigest: kind.inDigest ?? false,
    bodyStart: headerStart,
    bodyEnd: headerStart,
    lines: 0,
    children: [],
  };
}

function finishedMessage(root: OpenPart): MimeMessage {
  return { envelope: root.envelope!, root: finishedPart(root) };
}

function finishedPart(part: OpenPart): MimePart {
  const { headerStart, bodyStart, bodyEnd, lines } = part;
  const header = part.header!;
  const [first] = part.children;
  const isMessage = header.type === "message" && first?.isMessageRoot === true;
  return {
    ...header,
    headerStart,
    bodyStart,
    bodyEnd,
    lines,
    children: isMessage ? [] : part.children.map(finishedPart),
    ...(isMessage ? { message: finishedMessage(first) } : {}),
  };
}

function startsWith(octets: Uint8Array, prefix: Uint8Array): boolean {
  if (octets.length < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) {
    if (octets[i] !== prefix[i]) return false;
  }
  return true;
}

function isBlank(octets: Uint8Array, from: number): boolean {
  for (let i = from; i < octets.length; i++) {
    if (octets[i] !== SPACE && octets[i] !== TAB) return false;
  }
  return true;
}
