/**
 * Content-Transfer-Encoding (RFC 2045 §6), undone as octets arrive.
 *
 * @module
 */
import { CR, LF, SPACE } from "../base/octets.ts";
import {
  type Base64Cursor,
  decodeGroups,
  NO_SEXTET,
  SEXTETS,
} from "./base64.ts";

const TAB = 0x09;
const EQUALS = 0x3d;
const NOTHING: Uint8Array = new Uint8Array();

/** Decodes a stream. Faults are skipped over, and remembered. */
export interface TransferDecoder {
  /** The encoding was broken somewhere. Final after `finish`. */
  readonly malformed: boolean;
  /** Valid until the next call. */
  decode(octets: Uint8Array): Uint8Array;
  /** What was held back. */
  finish(): Uint8Array;
}

/** @param encoding In lower case. @returns undefined for an unknown encoding */
export function transferDecoder(encoding: string): TransferDecoder | undefined {
  switch (encoding) {
    case "7bit":
    case "8bit":
    case "binary":
      return new IdentityDecoder();
    case "base64":
      return new Base64Decoder();
    case "quoted-printable":
      return new QuotedPrintableDecoder();
  }
  return undefined;
}

class IdentityDecoder implements TransferDecoder {
  readonly malformed = false;
  decode(octets: Uint8Array): Uint8Array {
    return octets;
  }
  finish(): Uint8Array {
    return NOTHING;
  }
}

/** RFC 2045 §6.8. Padding may only end the data. */
class Base64Decoder implements TransferDecoder {
  malformed = false;
  #group = 0;
  #sextets = 0;
  #padding = 0;
  #target: Uint8Array = NOTHING;

  decode(octets: Uint8Array): Uint8Array {
    const size = octets.length + 3;
    if (this.#target.length < size) this.#target = new Uint8Array(size);
    const cursor: Base64Cursor = { from: 0, to: 0 };
    while (cursor.from < octets.length) {
      if (this.#sextets === 0 && this.#padding === 0) {
        decodeGroups(octets, this.#target, cursor);
        if (cursor.from >= octets.length) break;
      }
      cursor.to = this.#take(octets[cursor.from++]!, cursor.to);
    }
    return this.#target.subarray(0, cursor.to);
  }

  finish(): Uint8Array {
    if (this.#sextets !== 0) this.malformed = true;
    return NOTHING;
  }

  #take(octet: number, to: number): number {
    const sextet = SEXTETS[octet]!;
    if (sextet === NO_SEXTET) {
      if (octet === EQUALS) return this.#pad(to);
      if (octet !== CR && octet !== LF && octet !== SPACE && octet !== TAB) {
        this.malformed = true;
      }
      return to;
    }
    if (this.#padding > 0) {
      this.malformed = true;
      return to;
    }
    this.#group = this.#group << 6 | sextet;
    if (++this.#sextets < 4) return to;
    this.#sextets = 0;
    return this.#put(3, this.#group, to);
  }

  #pad(to: number): number {
    this.#padding++;
    if (this.#sextets + this.#padding < 4 && this.#sextets >= 2) return to;
    if (this.#sextets < 2 || this.#sextets + this.#padding > 4) {
      this.malformed = true;
      return to;
    }
    const octets = this.#sextets - 1;
    const group = this.#group << 6 * this.#padding;
    this.#sextets = 0;
    return this.#put(octets, group, to);
  }

  #put(octets: number, group: number, to: number): number {
    for (let i = 0; i < octets; i++) {
      this.#target[to + i] = group >> (16 - 8 * i);
    }
    return to + octets;
  }
}

/** RFC 2045 §6.7. */
class QuotedPrintableDecoder implements TransferDecoder {
  malformed = false;
  /** After a `=`: what came since, at most one digit, or blanks before a line end. */
  #state: "text" | "escape" | "digit" | "soft" | "soft_cr" = "text";
  #digit = 0;
  #target: Uint8Array = NOTHING;

  decode(octets: Uint8Array): Uint8Array {
    const size = octets.length + 3;
    if (this.#target.length < size) this.#target = new Uint8Array(size);
    let to = 0;
    for (let from = 0; from < octets.length;) {
      if (this.#state !== "text") {
        to = this.#escape(octets[from++]!, to);
        continue;
      }
      const found = octets.indexOf(EQUALS, from);
      const end = found < 0 ? octets.length : found;
      if (end > from) this.#target.set(octets.subarray(from, end), to);
      to += end - from;
      from = end + 1;
      if (found < 0) break;
      const high = from + 1 < octets.length ? hexDigit(octets[from]!) : -1;
      const low = high < 0 ? -1 : hexDigit(octets[from + 1]!);
      if (low < 0) {
        this.#state = "escape";
      } else {
        this.#target[to++] = high << 4 | low;
        from += 2;
      }
    }
    return this.#target.subarray(0, to);
  }

  finish(): Uint8Array {
    if (this.#state === "digit") this.malformed = true;
    return NOTHING;
  }

  #escape(octet: number, to: number): number {
    const digit = hexDigit(octet);
    if (this.#state === "digit" && digit >= 0) {
      this.#state = "text";
      this.#target[to] = this.#digit << 4 | digit;
      return to + 1;
    }
    if (this.#state === "escape" && digit >= 0) {
      this.#state = "digit";
      this.#digit = digit;
      return to;
    }
    if (this.#state !== "digit" && octet === LF) {
      this.#state = "text";
      return to;
    }
    const blank = octet === SPACE || octet === TAB;
    if ((this.#state === "escape" || this.#state === "soft") && blank) {
      this.#state = "soft";
      return to;
    }
    if ((this.#state === "escape" || this.#state === "soft") && octet === CR) {
      this.#state = "soft_cr";
      return to;
    }
    this.malformed = true;
    this.#state = octet === EQUALS ? "escape" : "text";
    if (octet === EQUALS) return to;
    this.#target[to] = octet;
    return to + 1;
  }
}

function hexDigit(octet: number): number {
  if (octet >= 0x30 && octet <= 0x39) return octet - 0x30;
  const letter = octet | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
