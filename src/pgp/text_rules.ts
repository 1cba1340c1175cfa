/**
 * Messages of our own users that pass in clear: requests to join, and a device's
 * message to its own account.
 *
 * @module
 */
import type { Header } from "../mail/header.ts";
import type { TransferDecoder } from "../mail/transfer_decoding.ts";
import { isBlank } from "./armor.ts";
import { PartsRule } from "./body_rule.ts";
import { decoderFor, encodingOf, mediaTypeOf, ShortText } from "./part.ts";

const MAX_JOIN_TEXT_OCTETS = 1024;

/** Secure-Join's first step: one text that says so, and nothing else. */
export class SecureJoinRule extends PartsRule {
  readonly as = "secure_join";
  readonly encoding = "7bit";
  readonly parameters = "";
  readonly #step: string;
  readonly #text = new ShortText(MAX_JOIN_TEXT_OCTETS);
  #read = 0;
  #decoder: TransferDecoder | undefined;

  /** @param step What the Secure-Join field says, and the text must. */
  constructor(boundary: string, step: string) {
    super(boundary);
    this.#step = step;
  }

  preamble(octets: Uint8Array): void {
    this.require(isBlank(octets));
  }

  part(header: Header): void {
    this.#decoder = decoderFor(header);
    this.require(
      ++this.#read === 1 && mediaTypeOf(header) === "text/plain" &&
        this.#decoder !== undefined,
    );
  }

  body(octets: Uint8Array): void {
    if (this.#decoder) this.#text.add(this.#decoder.decode(octets));
    this.require(!this.#text.tooLong);
  }

  partEnd(): void {
    if (this.#decoder) this.#text.add(this.#decoder.finish());
    this.require(
      this.#decoder?.malformed === false && !this.#text.tooLong &&
        this.#text.trimmed().toLowerCase() === `secure-join: ${this.#step}`,
    );
    this.writePart("text/plain; charset=utf-8");
    this.writeText(`Secure-Join: ${this.#step}\r\n`);
  }

  epilogue(octets: Uint8Array): void {
    this.require(isBlank(octets));
  }

  protected isWhole(): boolean {
    return this.#read === 1;
  }
}

/** An Autocrypt Setup Message: a key, encrypted with a code, for another device. */
export class SetupMessageRule extends PartsRule {
  readonly as = "autocrypt_setup";
  readonly encoding = "8bit";
  readonly parameters = "";

  preamble(): void {}

  part(header: Header): void {
    const wanted = SETUP_PARTS[this.parts];
    const encoding = encodingOf(header);
    this.require(
      wanted?.type === mediaTypeOf(header) && decoderFor(header) !== undefined,
    );
    if (wanted) this.writePart(wanted.written, encoding);
  }

  body(octets: Uint8Array): void {
    this.writeLines(octets);
  }

  partEnd(): void {}

  epilogue(): void {}

  protected isWhole(): boolean {
    return this.parts === SETUP_PARTS.length;
  }
}

const SETUP_PARTS = [
  { type: "text/plain", written: "text/plain; charset=utf-8" },
  {
    type: "application/autocrypt-setup",
    written: "application/autocrypt-setup\r\n" +
      'Content-Disposition: attachment; filename="autocrypt-setup-message.html"',
  },
];
