/**
 * Reads one armored block of encrypted data and nothing else (RFC 9580 §6.2).
 *
 * Data goes to a `PacketWalk` as it is decoded, and the block goes on without its
 * header lines, in which text could stand. Lines of base64 are never made text; other
 * lines are held one at a time. The checksum is not compared: it protects
 * nothing that the packets' own integrity check does not.
 *
 * @module
 */
import { CR, LF, SPACE, utf8 } from "../base/octets.ts";
import { decodeText } from "../mail/header.ts";
import {
  type Base64Cursor,
  decodeGroups,
  NO_SEXTET,
  SEXTETS,
} from "../mail/base64.ts";
import type { PacketWalk } from "./packet_walk.ts";

const TAB = 0x09;
const EQUALS = 0x3d;
const MAX_LINE_OCTETS = 256;
const MAX_HEADER_OCTETS = 1024; // of all armor header lines
const MAX_BLANK_OCTETS = 4096; // of all lines that are blank
const MAX_OTHER_LINE_OCTETS = MAX_HEADER_OCTETS + 2;
const SCRATCH_OCTETS = 48 * 1024;

const BEGIN = /^-----BEGIN PGP MESSAGE-----[ \t]*$/;
const END = /^-----END PGP MESSAGE-----[ \t]*$/;
// RFC 9580 §6.2.2; a reader may end a line, or a text, at other octets than we do
// deno-lint-ignore no-control-regex
const ARMOR_HEADER = /^[A-Za-z0-9-]+: [^\x00-\x08\x0a-\x1f\x7f]*$/;
const CHECKSUM = /^=[A-Za-z0-9+/]{4}$/; // RFC 9580 §6.1.1

export interface ArmorOptions {
  readonly maxHeaderLines: number;
  /** Takes the data as it is to be stored, in pieces that are valid as long as what is read. */
  readonly write?: (octets: Uint8Array) => void;
  /** Takes the lines around it, with CRLF. */
  readonly writeText?: (text: string) => void;
}

/** One thread runs all readers, and none keeps it between two calls. */
const scratch = new Uint8Array(SCRATCH_OCTETS);

export class ArmorReader {
  readonly #packets: PacketWalk;
  readonly #maxHeaderLines: number;
  readonly #write: (octets: Uint8Array) => void;
  readonly #writeText: (text: string) => void;
  #state: "start" | "headers" | "data" | "tail" | "after_data" | "end" =
    "start";
  #failed = false;

  /** The current line, outside of base64, if it comes in pieces. */
  #line: Uint8Array | undefined;
  #lineLength = 0;
  #blankOctets = 0;
  #headerLines = 0;
  #headerOctets = 0;
  #versionLast = false;
  #checksum = false;

  /** Octets of the current base64 line so far, and sextets of an unfinished group. */
  #column = 0;
  #group = 0;
  #sextets = 0;
  #afterCr = false;

  constructor(packets: PacketWalk, options: ArmorOptions) {
    this.#packets = packets;
    this.#maxHeaderLines = options.maxHeaderLines;
    this.#write = options.write ?? (() => {});
    this.#writeText = options.writeText ?? (() => {});
  }

  get failed(): boolean {
    return this.#failed || this.#packets.failed;
  }

  write(octets: Uint8Array): void {
    for (let at = 0; at < octets.length && !this.failed;) {
      at = this.#state === "data"
        ? this.#readData(octets, at)
        : this.#readLine(octets, at);
    }
  }

  /** Whether all that was written is one armored, encrypted message. */
  finish(): boolean {
    if (this.#line && this.#lineLength > 0 && !this.failed) {
      this.#endLine(this.#line.subarray(0, this.#lineLength));
    }
    return this.#state === "end" && !this.failed && this.#packets.finish();
  }

  /** Collects a line, or a piece of one. Returns where to go on. */
  #readLine(octets: Uint8Array, at: number): number {
    const lf = octets.indexOf(LF, at);
    const end = lf < 0 ? octets.length : lf + 1;
    const piece = octets.subarray(at, end);
    if (this.#lineLength + piece.length > MAX_OTHER_LINE_OCTETS) {
      this.#failed = true;
    } else if (lf >= 0 && this.#lineLength === 0) {
      this.#endLine(piece);
    } else {
      this.#line ??= new Uint8Array(MAX_OTHER_LINE_OCTETS);
      this.#line.set(piece, this.#lineLength);
      this.#lineLength += piece.length;
      if (lf >= 0) this.#endLine(this.#line.subarray(0, this.#lineLength));
    }
    return end;
  }

  #endLine(line: Uint8Array): void {
    this.#lineLength = 0;
    const text = decodeText(line).replace(/\r?\n$/, "");
    const before = this.#state;
    if (!this.#accepts(text)) this.#failed = true;
    if (before === "start" && this.#state === "headers") {
      this.#writeText(`${text.trimEnd()}\r\n\r\n`);
    } else if (before === "tail" || before === "after_data") {
      if (text !== "") this.#writeText(`${text.trimEnd()}\r\n`);
    }
  }

  /** Whether that line may stand here. */
  #accepts(text: string): boolean {
    const blank = /^[ \t]*$/.test(text);
    if (blank) this.#addBlank(text.length + 1);
    switch (this.#state) {
      case "start":
        if (BEGIN.test(text)) this.#state = "headers";
        return blank || this.#state === "headers";
      case "headers":
        if (blank) this.#state = "data";
        return blank || this.#acceptsHeader(text);
      case "tail":
        return this.#acceptsTail(text);
      case "after_data":
        if (END.test(text)) this.#state = "end";
        return text === "" || this.#state === "end" || this.#isChecksum(text);
      case "end":
        return blank;
      case "data":
        return false; // has no lines
    }
  }

  #acceptsHeader(text: string): boolean {
    if (this.#versionLast && !text.includes(":")) {
      this.#state = "data"; // some writers forget the blank line
      this.write(utf8(`${text}\r\n`));
      return true;
    }
    this.#versionLast = text.startsWith("Version: ");
    this.#headerLines++;
    this.#headerOctets += text.length;
    return ARMOR_HEADER.test(text) &&
      this.#headerLines <= this.#maxHeaderLines &&
      this.#headerOctets <= MAX_HEADER_OCTETS;
  }

  /** The rest of a base64 line, from the first `=` or `-` on. */
  #acceptsTail(text: string): boolean {
    this.#state = "after_data";
    if (this.#sextets === 0) {
      return this.#column === 0 && this.#accepts(text);
    }
    if (text !== "=".repeat(4 - this.#sextets) || this.#sextets < 2) {
      return false;
    }
    const octets = this.#sextets - 1; // bits left over need not be zero
    const group = this.#group << 6 * (4 - this.#sextets);
    this.#packets.write(
      Uint8Array.of(group >> 16, group >> 8).subarray(0, octets),
    );
    return true;
  }

  #addBlank(octets: number): void {
    this.#blankOctets += octets;
    if (this.#blankOctets > MAX_BLANK_OCTETS) this.#failed = true;
  }

  #isChecksum(text: string): boolean {
    const first = !this.#checksum && CHECKSUM.test(text);
    this.#checksum = true;
    return first;
  }

  /** Decodes base64 up to the first `=` or `-`. Returns where to go on. */
  #readData(octets: Uint8Array, start: number): number {
    const cursor: Base64Cursor = { from: start, to: 0 };
    while (cursor.from < octets.length && this.#state === "data") {
      const before = cursor.from;
      if (this.#sextets === 0 && !this.#afterCr) {
        decodeGroups(octets, scratch, cursor);
      }
      this.#column += cursor.from - before;
      if (this.#column > MAX_LINE_OCTETS) this.#failed = true;
      if (cursor.to > SCRATCH_OCTETS - 6) {
        this.#packets.write(scratch.subarray(0, cursor.to));
        cursor.to = 0;
      }
      if (cursor.from < octets.length) this.#takeOctet(octets, cursor);
      if (this.#failed) return octets.length;
    }
    this.#packets.write(scratch.subarray(0, cursor.to));
    this.#write(octets.subarray(start, cursor.from));
    return cursor.from;
  }

  #takeOctet(octets: Uint8Array, cursor: Base64Cursor): void {
    const octet = octets[cursor.from]!;
    const sextet = SEXTETS[octet]!;
    if (octet === LF) {
      if (this.#column === 0) this.#addBlank(1);
      this.#column = 0;
      this.#afterCr = false;
    } else if (this.#afterCr) {
      this.#failed = true;
    } else if (sextet !== NO_SEXTET) {
      this.#column++;
      this.#group = this.#group << 6 | sextet;
      if (++this.#sextets === 4) {
        scratch[cursor.to++] = this.#group >> 16;
        scratch[cursor.to++] = this.#group >> 8;
        scratch[cursor.to++] = this.#group;
        this.#sextets = 0;
        this.#group = 0;
      }
    } else if (octet === CR) {
      this.#afterCr = true;
    } else if (octet === EQUALS || octet === 0x2d) {
      this.#state = "tail";
      return;
    } else {
      this.#failed = true;
    }
    cursor.from++;
  }
}

/** Whether all are blanks or line ends. */
export function isBlank(octets: Uint8Array): boolean {
  return octets.every((octet) =>
    octet === SPACE || octet === TAB || octet === CR || octet === LF
  );
}
