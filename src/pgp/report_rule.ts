/**
 * A report that mail did not arrive, or not yet (RFC 3464 §2), from another server:
 * a short text, a status, and of the message no more than what tells which it was.
 *
 * @module
 */
import { concat } from "../base/octets.ts";
import { type Header, parseHeader } from "../mail/header.ts";
import { HeaderReader } from "../mail/header_reader.ts";
import { PartsRule } from "./body_rule.ts";
import { encodingOf, mediaTypeOf } from "./part.ts";

/** By their place (RFC 6522 §3). Another server may give back the message; only its header is read. */
const PART_TYPES: readonly (readonly string[])[] = [
  ["text/plain"],
  ["message/delivery-status"],
  ["text/rfc822-headers", "message/rfc822"],
];
const MAX_TEXT_OCTETS = 4096;
const MAX_STATUS_OCTETS = 16 * 1024;
const MAX_RETURNED_HEADER_OCTETS = 64 * 1024;
const IDENTITIES = ["7bit", "8bit"]; // RFC 2046 §5.2.1: such a part has no other encoding
/** Of the message that was not delivered. */
const RETURNED_FIELDS: ReadonlySet<string> = new Set([
  "from",
  "to",
  "date",
  "message-id",
]);

export class ReportRule extends PartsRule {
  readonly as = "report";
  readonly encoding = "8bit";
  readonly parameters = " report-type=delivery-status;";
  #octets = 0;
  #returned: HeaderReader | undefined;
  /** Of the message that was not delivered. */
  messageId: string | undefined;

  preamble(): void {}

  part(header: Header): void {
    const type = mediaTypeOf(header);
    const encoding = encodingOf(header) ?? "";
    const isText = this.parts === 0;
    this.require(
      PART_TYPES[this.parts]?.includes(type) === true &&
        (IDENTITIES.includes(encoding) ||
          (isText && ["base64", "quoted-printable"].includes(encoding))),
    );
    this.#octets = 0;
    if (this.parts === 2) {
      this.#returned = new HeaderReader(MAX_RETURNED_HEADER_OCTETS);
      this.writePart("text/rfc822-headers", encoding);
    } else {
      this.writePart(isText ? "text/plain; charset=utf-8" : type, encoding);
    }
  }

  body(octets: Uint8Array): void {
    if (this.#returned) {
      this.#returned.write(octets);
      this.require(!this.#returned.tooLarge);
      return;
    }
    this.#octets += octets.length;
    const max = this.parts === 1 ? MAX_TEXT_OCTETS : MAX_STATUS_OCTETS;
    this.require(this.#octets <= max);
    this.writeLines(octets);
  }

  partEnd(): void {
    const header = this.#returned?.finish();
    this.#returned = undefined;
    if (!header) return;
    this.messageId = header.textOf("message-id");
    this.write(returnedFields(header));
  }

  epilogue(): void {}

  protected isWhole(): boolean {
    return this.parts >= 2;
  }
}

function returnedFields(header: Header): Uint8Array {
  const kept = header.fields.filter(({ name }) => RETURNED_FIELDS.has(name))
    .map((field) => header.raw(field));
  const written = parseHeader(concat(kept));
  return written.malformed ? new Uint8Array() : written.octets;
}
