/**
 * One FETCH response (RFC 3501 §7.4.2), written while it is read: only what is
 * small is collected, the rest passes through.
 *
 * @module
 */
import type {
  FlagState,
  MessageOctets,
  MessageRow,
  OctetRange,
} from "../../../mail/mailbox.ts";
import { formatImapDateTime } from "../../../mail/date.ts";
import { readEnvelope } from "../../../mail/envelope.ts";
import { parseHeader } from "../../../mail/header.ts";
import type { FetchItem, SectionItem } from "../../proto/fetch_items.ts";
import { formatFlags } from "../../proto/flags.ts";
import type { ResponseBuffer } from "../../proto/response_buffer.ts";
import type { Step } from "../command.ts";
import {
  MessageGone,
  type MessageReader,
} from "../../../mail/reading/message_reader.ts";
import { readSection } from "./sections.ts";
import { envelopeText, structureText } from "./structure_text.ts";

/** A response broke off inside a literal: the connection cannot go on. */
export class BrokenResponse extends Error {
  override readonly name = "BrokenResponse";

  /** Another session has removed the message; nothing is wrong with it. */
  get isGone(): boolean {
    return this.cause instanceof MessageGone && this.cause.cause === undefined;
  }
}

const FLUSH_OCTETS = 32 * 1024;

export interface FetchLine {
  readonly sequenceNumber: number;
  readonly message: MessageReader;
  /** As they are after this FETCH. */
  readonly state: FlagState;
  readonly items: readonly FetchItem[];
  /** Names of the mailbox's keyword bits. */
  readonly keywords: readonly string[];
}

/**
 * Adds the response to the buffer, and yields it where it gets long.
 *
 * @throws {MessageGone} when nothing of it has been yielded, and nothing is left in the buffer
 * @throws {BrokenResponse}
 */
export async function* writeFetchLine(
  buffer: ResponseBuffer,
  line: FetchLine,
): AsyncGenerator<Step, void> {
  const start = buffer.length;
  let sent = false;
  try {
    buffer.text(`* ${line.sequenceNumber} FETCH (`);
    let first = true;
    for (const item of line.items) {
      if (!first) buffer.text(" ");
      first = false;
      if (item.kind !== "section") {
        buffer.text(simpleText(item.kind, line) ?? await readText(item, line));
        continue;
      }
      const large = await writeSection(buffer, item, line.message);
      if (large) {
        // Opened before its size is told: whoever removes it comes too late.
        const pieces = await line.message.pieces(large);
        for await (const octets of announced(pieces)) {
          sent = true;
          if (buffer.length > 0) yield { octets: buffer.take() };
          yield { octets };
        }
      } else if (buffer.length >= FLUSH_OCTETS && item !== line.items.at(-1)) {
        sent = true;
        yield { octets: buffer.take() };
      }
    }
    buffer.text(")\r\n");
  } catch (error) {
    if (sent) {
      throw new BrokenResponse("Cannot complete FETCH", { cause: error });
    }
    buffer.truncate(start);
    throw error;
  }
}

type PlainKind = Exclude<FetchItem["kind"], "section">;

/** What needs no reading. */
function simpleText(
  kind: PlainKind,
  { message: { row }, state, keywords }: FetchLine,
): string | undefined {
  switch (kind) {
    case "uid":
      return `UID ${row.uid}`;
    case "flags":
      return `FLAGS ${formatFlags(state.flags, state.keywords, keywords)}`;
    case "internal_date":
      return `INTERNALDATE "${formatImapDateTime(row.internalDate)}"`;
    case "size":
      return `RFC822.SIZE ${row.sizeOctets}`;
    case "mod_seq":
      return `MODSEQ (${state.modSeq})`;
    default:
      return undefined;
  }
}

async function readText(
  { kind }: FetchItem,
  { message }: FetchLine,
): Promise<string> {
  if (kind === "envelope") {
    const envelope = readEnvelope(parseHeader(await message.header()));
    return `ENVELOPE ${envelopeText(envelope)}`;
  }
  const structure = await message.structure();
  return kind === "body"
    ? `BODY ${structureText(structure, { extended: false })}`
    : `BODYSTRUCTURE ${structureText(structure, { extended: true })}`;
}

/** Writes the section, or its name and size only and returns where the rest is. */
async function writeSection(
  buffer: ResponseBuffer,
  item: SectionItem,
  message: MessageReader,
): Promise<OctetRange | undefined> {
  const text = await readSection(message, item);
  if (!text) {
    buffer.text(`${item.name} NIL`);
    return undefined;
  }
  if (text instanceof Uint8Array) {
    buffer.text(`${item.name} {${text.length}}\r\n`);
    buffer.octets(text);
    return undefined;
  }
  buffer.text(`${item.name} {${text.end - text.start}}\r\n`);
  return text;
}

/** As many octets as they are said to be. @throws {MessageGone} where they are not */
async function* announced(pieces: MessageOctets): AsyncGenerator<Uint8Array> {
  let left = pieces.sizeOctets;
  try {
    for await (const octets of pieces) {
      left -= octets.length;
      if (left < 0) break;
      yield octets;
    }
    if (left !== 0) throw new RangeError("A message has another size");
  } catch (error) {
    throw new MessageGone("Cannot read message", { cause: error });
  }
}

/** The flags that a row has. */
export function stateOf(row: MessageRow): FlagState {
  const { uid, flags, keywords, modSeq } = row;
  return { uid, flags, keywords, modSeq };
}
