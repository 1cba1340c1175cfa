/**
 * What the gate reads of one MIME part: its type, its encoding, and short bodies.
 *
 * @module
 */
import {
  type ContentType,
  parseContentType,
  parseTransferEncoding,
} from "../mail/content_type.ts";
import { decodeText, type Header } from "../mail/header.ts";
import {
  type TransferDecoder,
  transferDecoder,
} from "../mail/transfer_decoding.ts";

const TEXT_PARAMETERS = ["charset", "format", "delsp"];
/** Parameters that a type may come with; of other types, and of other parameters, readers may think otherwise than the gate. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  "multipart/encrypted": ["boundary", "protocol", "charset"],
  "multipart/mixed": ["boundary", "charset", "protected-headers", "hp"],
  "multipart/report": ["boundary", "report-type", "charset"],
  "application/pgp-encrypted": ["charset", "name"],
  "application/octet-stream": ["charset", "name"],
  "application/autocrypt-setup": ["charset", "name"],
  "text/plain": TEXT_PARAMETERS,
  "text/rfc822-headers": TEXT_PARAMETERS,
  "message/delivery-status": ["charset"],
  "message/rfc822": ["charset"],
};
/** What a part's header may hold; the last ones are Delta Chat's, in what it cannot encrypt. */
const PART_FIELDS: ReadonlySet<string> = new Set([
  "content-type",
  "content-transfer-encoding",
  "content-description",
  "content-disposition",
  "content-id",
  "mime-version",
  "message-id",
  "chat-user-avatar",
  "chat-group-avatar",
  "chat-edit",
  "chat-delete",
]);

/** Whether the header of a part holds nothing but fields that are known, each once. */
export function isPartHeader({ malformed, fields }: Header): boolean {
  const names = fields.map(({ name }) => name);
  return !malformed && new Set(names).size === names.length &&
    names.every((name) => PART_FIELDS.has(name));
}

/** The header's only Content-Type; undefined if there is none, or one that is not clear. */
export function contentTypeOf(header: Header): ContentType | undefined {
  const [field, ...more] = header.all("content-type");
  if (!field || more.length > 0) return undefined;
  try {
    const found = parseContentType(header.text(field));
    const known = PARAMETERS[`${found.type}/${found.subtype}`] ?? [];
    const isKnown = found.parameters.every(([name]) => known.includes(name));
    return isKnown ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Type and subtype with a slash; empty if there is none that is clear. */
export function mediaTypeOf(header: Header): string {
  const found = contentTypeOf(header);
  return found ? `${found.type}/${found.subtype}` : "";
}

/** The header's only Content-Transfer-Encoding, `7bit` without one; undefined if it is not clear. */
export function encodingOf(header: Header): string | undefined {
  const [field, ...more] = header.all("content-transfer-encoding");
  if (!field) return "7bit";
  if (more.length > 0) return undefined;
  try {
    return parseTransferEncoding(header.text(field));
  } catch {
    return undefined;
  }
}

/** A decoder for the part with that header; undefined if its encoding is unknown. */
export function decoderFor(header: Header): TransferDecoder | undefined {
  const encoding = encodingOf(header);
  return encoding === undefined ? undefined : transferDecoder(encoding);
}

/** Keeps a short body. */
export class ShortText {
  readonly #octets: Uint8Array;
  #length = 0;
  #tooLong = false;

  constructor(maxOctets: number) {
    this.#octets = new Uint8Array(maxOctets);
  }

  get tooLong(): boolean {
    return this.#tooLong;
  }

  add(octets: Uint8Array): void {
    if (this.#length + octets.length > this.#octets.length) {
      this.#tooLong = true;
      return;
    }
    this.#octets.set(octets, this.#length);
    this.#length += octets.length;
  }

  /** The text, without blanks and line ends around them. */
  trimmed(): string {
    return decodeText(this.#octets.subarray(0, this.#length)).replace(
      /^[ \t\r\n]+|[ \t\r\n]+$/g,
      "",
    );
  }
}
