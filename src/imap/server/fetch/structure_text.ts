/** ENVELOPE, BODY and BODYSTRUCTURE as text (RFC 3501 §7.4.2). @module */
import type { ImapAddress } from "../../../mail/address_list.ts";
import type { ImapEnvelope } from "../../../mail/envelope.ts";
import type {
  MimeMessage,
  MimeParameters,
  MimePart,
} from "../../../mail/mime.ts";
import { quote, quoteOrNil } from "../../proto/quote.ts";

/** A multipart without parts has no form in the grammar: it is shown with this one. */
const EMPTY_PART = '("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0';

export function envelopeText(envelope: ImapEnvelope): string {
  const { from, sender, replyTo, to, cc, bcc } = envelope;
  const lists = [from, sender, replyTo, to, cc, bcc].map(addressesText);
  return `(${
    [
      quoteOrNil(envelope.date),
      quoteOrNil(envelope.subject),
      ...lists,
      quoteOrNil(envelope.inReplyTo),
      quoteOrNil(envelope.messageId),
    ].join(" ")
  })`;
}

function addressesText(addresses: readonly ImapAddress[]): string {
  if (addresses.length === 0) return "NIL";
  return `(${addresses.map(addressText).join("")})`;
}

function addressText(address: ImapAddress): string {
  switch (address.kind) {
    case "group_start":
      return `(NIL NIL ${quote(address.name)} NIL)`;
    case "group_end":
      return "(NIL NIL NIL NIL)";
    case "mailbox":
      return `(${quoteOrNil(address.name)} ${quoteOrNil(address.route)} ${
        quote(address.localPart)
      } ${quote(address.domain)})`;
  }
}

/** @param extended BODYSTRUCTURE, with extension data; else BODY. */
export function structureText(
  message: MimeMessage,
  { extended }: { readonly extended: boolean },
): string {
  return partText(message.root, extended);
}

function partText(part: MimePart, extended: boolean): string {
  const text = part.type === "multipart"
    ? multipartText(part, extended)
    : singlePartText(part, extended);
  return `${text})`;
}

function multipartText(part: MimePart, extended: boolean): string {
  const children = part.children.map((child) => partText(child, extended));
  const empty = EMPTY_PART + (extended ? " NIL NIL NIL NIL)" : ")");
  const text = `(${children.join("") || empty} ${quote(part.subtype)}`;
  return extended
    ? `${text} ${parametersText(part.parameters)} ${extensionText(part)}`
    : text;
}

function singlePartText(part: MimePart, extended: boolean): string {
  const fields = [
    quote(part.type),
    quote(part.subtype),
    parametersText(part.parameters),
    quoteOrNil(part.id),
    quoteOrNil(part.description),
    quote(part.encoding),
    part.bodyEnd - part.bodyStart,
  ];
  if (part.message) {
    fields.push(
      envelopeText(part.message.envelope),
      partText(part.message.root, extended),
      part.lines,
    );
  } else if (part.type === "text") fields.push(part.lines);
  if (extended) fields.push(quoteOrNil(part.md5), extensionText(part));
  return `(${fields.join(" ")}`;
}

/** Disposition, language and location. */
function extensionText(part: MimePart): string {
  const { disposition, language } = part;
  return [
    disposition
      ? `(${quote(disposition.type)} ${parametersText(disposition.parameters)})`
      : "NIL",
    language.length > 0 ? `(${language.map(quote).join(" ")})` : "NIL",
    quoteOrNil(part.location),
  ].join(" ");
}

function parametersText(parameters: MimeParameters): string {
  if (parameters.length === 0) return "NIL";
  return `(${
    parameters.map(([name, value]) => `${quote(name)} ${quote(value)}`)
      .join(" ")
  })`;
}
