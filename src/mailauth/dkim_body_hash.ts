/**
 * The hash of a body that signatures are made of, with `npm:mailauth`'s
 * canonicalisation, taken as the body passes. The package keeps what it cannot
 * decide on yet, and joins it with all that comes next: it is given copies of
 * that alone, at most a line, so that large pieces are neither kept nor copied.
 *
 * @module
 */
import { dkimBody } from "mailauth/lib/dkim/body/index.js";
import { CR, LF } from "../base/octets.ts";
import { asBuffer } from "./field_lines.ts";

/** RFC 6376 §3.4 */
export type BodyForm = "relaxed" | "simple";

export class DkimBodyHash {
  readonly #form: BodyForm;
  readonly #hash: ReturnType<typeof dkimBody>;
  /** The end of a line has not come. */
  #isOpen = false;

  constructor(form: BodyForm = "relaxed") {
    this.#form = form;
    this.#hash = dkimBody(form, "sha256", false);
  }

  /** Keeps nothing of the array itself. */
  update(octets: Uint8Array): void {
    if (this.#form === "simple") return this.#simple(octets);
    const first = this.#isOpen ? octets.indexOf(LF) + 1 : 0;
    const last = octets.lastIndexOf(LF) + 1;
    this.#feed(octets.subarray(0, first));
    this.#feed(octets.subarray(first, last));
    this.#feed(octets.slice(last));
    this.#isOpen = last < octets.length || (this.#isOpen && last === 0);
  }

  /** In Base64, as `bh=` has it. Once. */
  digest(): string {
    return this.#hash.digest("base64");
  }

  /** Line ends wait for what comes after them. */
  #simple(octets: Uint8Array): void {
    let end = octets.length;
    while (end > 0 && isLineEnd(octets[end - 1]!)) end--;
    this.#feed(octets.subarray(0, end));
    this.#feed(octets.slice(end));
  }

  #feed(octets: Uint8Array): void {
    if (octets.length > 0) this.#hash.update(asBuffer(octets));
  }
}

function isLineEnd(octet: number): boolean {
  return octet === CR || octet === LF;
}
