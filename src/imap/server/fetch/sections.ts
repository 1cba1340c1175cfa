/** Where the octets of `BODY[section]` are (RFC 3501 §6.4.5). @module */
import type { OctetRange } from "../../../mail/mailbox.ts";
import { findPart, type MimePart } from "../../../mail/mime.ts";
import type { Section, SectionItem } from "../../proto/fetch_items.ts";
import { selectFields } from "./header_fields.ts";
import {
  type MessageReader,
  SMALL_OCTETS,
} from "../../../mail/reading/message_reader.ts";

/** Octets in memory, or a part of the message that is too large for that. */
export type SectionText = Uint8Array | OctetRange;

/**
 * The section's text with its partial applied; undefined if the message has no
 * such part.
 *
 * @throws {MessageGone}
 */
export async function readSection(
  message: MessageReader,
  { section, partial }: SectionItem,
): Promise<SectionText | undefined> {
  const found = section.part.length === 0
    ? await topLevel(message, section)
    : await partText(message, section);
  if (!found) return undefined;
  if (found instanceof Uint8Array) {
    return partial
      ? found.subarray(partial.start, partial.start + partial.length)
      : found;
  }
  const start = Math.min(found.start + (partial?.start ?? 0), found.end);
  const end = Math.min(start + (partial?.length ?? Infinity), found.end);
  return end - start <= SMALL_OCTETS
    ? await message.octets({ start, end })
    : { start, end };
}

async function topLevel(
  message: MessageReader,
  section: Section,
): Promise<SectionText | undefined> {
  const end = message.row.sizeOctets;
  switch (section.kind) {
    case "all":
      return { start: 0, end };
    case "header":
      return await message.header();
    case "text":
      return { start: Math.min((await message.header()).length, end), end };
    default:
      return fieldsOf(section, await message.header());
  }
}

async function partText(
  message: MessageReader,
  section: Section,
): Promise<SectionText | undefined> {
  const part = findPart(await message.structure(), section.part);
  if (!part) return undefined;
  if (section.kind === "all") return bodyOf(part);
  if (section.kind === "mime") return headerOf(part);
  const root = part.message?.root;
  if (!root) return undefined; // only a message has HEADER and TEXT
  if (section.kind === "text") return bodyOf(root);
  if (section.kind === "header") return headerOf(root);
  return fieldsOf(section, await message.octets(headerOf(root)));
}

function fieldsOf(section: Section, header: Uint8Array): Uint8Array {
  const which = section.kind === "header_fields" ? "named" : "others";
  return selectFields(header, section.fields, which);
}

function headerOf(part: MimePart): OctetRange {
  return { start: part.headerStart, end: part.bodyStart };
}

function bodyOf(part: MimePart): OctetRange {
  return { start: part.bodyStart, end: part.bodyEnd };
}
