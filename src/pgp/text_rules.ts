/**
 * The few messages that pass in clear: requests to join, reports of failed
 * delivery, and a device's message to its own account.
 *
 * @module
 */
import type { Header } from "../mail/header.ts";
import type { TransferDecoder } from "../mail/transfer_decoding.ts";
import { isBlank } from "./armor.ts";
import { PartsRule } from "./body_rule.ts";
import { decoderFor, mediaTypeOf, ShortText } from "./part.ts";

const MAX_JOIN_TEXT_OCTETS = 1024;

/** Secure-Join's first step: one text that says so, and nothing else. */
export class SecureJoinRule extends PartsRule {
  readonly as = "secure_join";
  readonly #step: string;
  readonly #text = new ShortText(MAX_JOIN_TEXT_OCTETS);
  #parts = 0;
  #decoder: TransferDecoder | undefined;

  /** @param step What the Secure-Join field says, and the text must. */
  constructor(step: string) {
    super();
    this.#step = step;
  }

  preamble(octets: Uint8Array): void {
    this.require(isBlank(octets));
  }

  part(header: Header): void {
    this.#decoder = decoderFor(header);
    this.require(
      ++this.#parts === 1 && mediaTypeOf(header) === "text/plain" &&
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
  }

  epilogue(octets: Uint8Array): void {
    this.require(isBlank(octets));
  }

  isWhole(): boolean {
    return this.#parts === 1;
  }
}

/** A rule that looks at nothing but the types of the parts. */
abstract class TypesRule extends PartsRule {
  protected readonly types: string[] = [];
  readonly #maxParts: number;

  constructor(maxParts: number) {
    super();
    this.#maxParts = maxParts;
  }

  preamble(): void {}

  part(header: Header): void {
    this.types.push(mediaTypeOf(header));
    this.require(this.types.length <= this.#maxParts);
  }

  body(): void {}

  partEnd(): void {}

  epilogue(): void {}
}

/** A report of failed or delayed delivery (RFC 3464 §2). */
export class ReportRule extends TypesRule {
  readonly as = "report";

  constructor() {
    super(3); // RFC 6522 §3
  }

  isWhole(): boolean {
    const status = "message/delivery-status";
    return this.types.filter((type) => type === status).length === 1;
  }
}

/** An Autocrypt Setup Message: a key, encrypted with a code, for another device. */
export class SetupMessageRule extends TypesRule {
  readonly as = "autocrypt_setup";

  constructor() {
    super(2);
  }

  isWhole(): boolean {
    return this.types[0] === "text/plain" &&
      this.types[1] === "application/autocrypt-setup";
  }
}
