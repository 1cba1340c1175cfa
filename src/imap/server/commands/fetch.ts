/**
 * FETCH and UID FETCH (RFC 3501 §6.4.5, §6.4.8; RFC 7162 §3.1.4).
 *
 * @module
 */
import type { Uid } from "../../../base/ids.ts";
import type { WantedContent } from "../../../mail/account_mail.ts";
import { type FlagState, SEEN } from "../../../mail/mailbox.ts";
import {
  type FetchItem,
  scanChangedSince,
  scanFetchItems,
  type SectionItem,
} from "../../proto/fetch_items.ts";
import { ResponseBuffer } from "../../proto/response_buffer.ts";
import {
  positionsOfNumbers,
  positionsOfUids,
  type SequenceSet,
} from "../../proto/sequence_set.ts";
import type { ImapBackend } from "../backend.ts";
import {
  type CommandSession,
  type ImapCommand,
  ImapNo,
  SOME_EXPUNGED,
  type Step,
} from "../command.ts";
import { startCondstore } from "../condstore.ts";
import {
  BrokenResponse,
  type FetchLine,
  stateOf,
  writeFetchLine,
} from "../fetch/fetch_line.ts";
import {
  MessageGone,
  MessageReader,
} from "../../../mail/reading/message_reader.ts";
import {
  type NumberedMessage,
  numberedMessages,
} from "../fetch/numbered_messages.ts";
import { type TurnClock, Turns } from "../turns.ts";

export interface FetchArguments {
  readonly set: SequenceSet;
  readonly items: readonly FetchItem[];
  readonly changedSince?: number;
}

interface FetchSession extends CommandSession {
  readonly backend: Pick<ImapBackend, "reportBug">;
  readonly context: TurnClock;
}

const FLUSH_OCTETS = 32 * 1024;

export const fetch = fetchCommand("sequence_number");
export const uidFetch = fetchCommand("uid");

function fetchCommand(
  by: "uid" | "sequence_number",
): ImapCommand<FetchArguments, FetchSession> {
  return {
    states: ["selected"],
    needsUids: true,
    ...(by === "sequence_number" && { withholdsExpunge: true }),
    parse(args) {
      args.space();
      const set = args.sequenceSet();
      args.space();
      const items = scanFetchItems(args);
      const changedSince = scanChangedSince(args);
      return {
        set,
        items: complete(items, by, changedSince),
        ...(changedSince !== undefined && { changedSince }),
      };
    },
    async *run(session, args) {
      const { uids } = session.selected;
      const positions = by === "uid"
        ? positionsOfUids(args.set, uids)
        : positionsOfNumbers(args.set, uids.length);
      if (args.items.some(({ kind }) => kind === "mod_seq")) {
        yield* startCondstore(session);
      }
      const { mail } = session.account;
      const want = marksSeen(session, args.items)
        ? undefined
        : contentOf(args.items);
      const buffer = new ResponseBuffer();
      const turns = new Turns(session.context);
      let missing = 0;
      for await (
        const batch of numberedMessages(
          mail,
          session.selected,
          positions,
          want,
        )
      ) {
        missing += batch.missing;
        await turns.checkpoint();
        try {
          yield* writeBatch(session, args, batch.messages, buffer);
        } catch (error) {
          if (!(error instanceof BrokenResponse)) throw error;
          if (!error.isGone) session.backend.reportBug(error);
          yield { effect: "close" };
        }
      }
      if (buffer.length > 0) yield { octets: buffer.take() };
      if (missing > 0 && by === "sequence_number") {
        throw new ImapNo(SOME_EXPUNGED);
      }
      return "FETCH completed";
    },
  };
}

/** UID FETCH tells the UID, first; CHANGEDSINCE tells the mod-sequence. */
function complete(
  items: readonly FetchItem[],
  by: "uid" | "sequence_number",
  changedSince: number | undefined,
): FetchItem[] {
  const all = by === "uid"
    ? [{ kind: "uid" } as const, ...items.filter(({ kind }) => kind !== "uid")]
    : [...items];
  const tellsModSeq = all.some(({ kind }) => kind === "mod_seq");
  if (changedSince !== undefined && !tellsModSeq) all.push({ kind: "mod_seq" });
  return all;
}

async function* writeBatch(
  session: FetchSession,
  { items, changedSince = -1 }: FetchArguments,
  batch: readonly NumberedMessage[],
  buffer: ResponseBuffer,
): AsyncGenerator<Step> {
  const { account: { mail }, selected } = session;
  const messages = batch.filter(({ row }) => row.modSeq > changedSince);
  const changed = await markSeen(session, items, messages);
  const fetched: Uid[] = [];
  for (const { sequenceNumber, row } of messages) {
    const state = changed.get(row.uid) ?? stateOf(row);
    buffer.text(selected.takeKeywords());
    const line: FetchLine = {
      sequenceNumber,
      message: new MessageReader(mail, selected.id, row),
      state,
      items: changed.has(row.uid) ? withFlags(items, session.condstore) : items,
      keywords: selected.keywords,
    };
    try {
      yield* writeFetchLine(buffer, line);
    } catch (error) {
      if (!(error instanceof MessageGone)) throw error;
      if (error.cause) session.backend.reportBug(error.cause);
      continue;
    }
    fetched.push(row.uid);
    if (line.items.some(({ kind }) => kind === "flags")) {
      selected.flagsAnnounced(sequenceNumber, state);
    }
    if (line.message.isSlow) yield { octets: buffer.take(), effect: "flush" };
    else if (buffer.length >= FLUSH_OCTETS) yield { octets: buffer.take() };
  }
  if (fetched.length > 0 && items.some(isWholeMessage)) {
    mail.markFetched(selected.id, fetched);
  }
}

/** Sets \Seen where text is read without PEEK. Returns the messages that did not have it. */
async function markSeen(
  session: FetchSession,
  items: readonly FetchItem[],
  messages: readonly NumberedMessage[],
): Promise<Map<Uid, FlagState>> {
  const { account: { mail }, selected } = session;
  if (!marksSeen(session, items)) return new Map();
  const unseen = messages.filter(({ row }) => (row.flags & SEEN) === 0);
  if (unseen.length === 0) return new Map();
  const { changed } = await mail.storeFlags({
    mailbox: selected.id,
    uids: unseen.map(({ row: { uid } }) => ({ first: uid, last: uid })),
    mode: "add",
    flags: SEEN,
    keywords: [],
  });
  return new Map(changed.map((state) => [state.uid, state]));
}

function marksSeen(
  { selected }: FetchSession,
  items: readonly FetchItem[],
): boolean {
  return !selected.readOnly &&
    items.some((item) => item.kind === "section" && !item.peek);
}

/** What is read of every message: it comes with the rows, unless they are written first, as many as can be at once. */
function contentOf(items: readonly FetchItem[]): WantedContent | undefined {
  const needs = items.map(need);
  return needs.includes("body")
    ? "body"
    : needs.includes("header")
    ? "header"
    : undefined;
}

function need(item: FetchItem): WantedContent | undefined {
  switch (item.kind) {
    case "envelope":
      return "header";
    case "body":
    case "body_structure":
      return "body";
    case "section":
      return isOfTopHeader(item) ? "header" : "body";
    default:
      return undefined;
  }
}

/** The items, and those that tell of changed flags. */
function withFlags(items: readonly FetchItem[], modSeq: boolean): FetchItem[] {
  const kinds = new Set(items.map(({ kind }) => kind));
  const all = [...items];
  if (!kinds.has("flags")) all.push({ kind: "flags" });
  if (modSeq && !kinds.has("mod_seq")) all.push({ kind: "mod_seq" });
  return all;
}

function isOfTopHeader({ section }: SectionItem): boolean {
  return section.part.length === 0 && section.kind.startsWith("header");
}

function isWholeMessage(item: FetchItem): boolean {
  return item.kind === "section" && item.section.kind === "all" &&
    item.section.part.length === 0 && !item.partial;
}
