/** STORE and what retention remembers of FETCH. @module */
import type { AccountId, MailboxId, Uid } from "../../../base/ids.ts";
import {
  type FlagChange,
  type FlagState,
  type MessageRow,
  SEEN,
  SYSTEM_FLAGS,
  type UidRange,
} from "../../../mail/mailbox.ts";
import type { JobContext } from "./context.ts";
import { keywordBits, knownBits } from "./keywords.ts";
import { ownMailbox } from "./ownership.ts";
import { noteSeen, type SeenRule } from "./purge.ts";
import { rowsIn } from "./ranges.ts";

export interface FlagsStored {
  /** States of all messages addressed and not left alone, changed or not. */
  readonly changed: FlagState[];
  readonly unmodified: Uid[];
  /** What is left to do in a further job. */
  readonly rest: readonly UidRange[];
}

export interface FlagJob extends FlagChange, SeenRule {
  readonly account: AccountId;
}

/** Changes the flags of a bounded number of messages. */
export function storeFlags(context: JobContext, change: FlagJob): FlagsStored {
  const mailbox = ownMailbox(context, change.account, change.mailbox);
  const { rows, rest } = rowsIn(context, change.mailbox, change.uids);
  const bits = { ...change, flags: change.flags & SYSTEM_FLAGS };
  const limit = change.unchangedSince ?? Infinity;
  const free = rows.filter((row) => row.modSeq <= limit);
  // A keyword that no message gets takes no place and is not announced.
  const keywords = change.mode === "remove" || free.length === 0
    ? knownBits(mailbox, change.keywords)
    : keywordBits(context, mailbox, change.keywords);
  const wanted = free.map((row) => target(row, bits, keywords));
  const changed = write(context, change, free, wanted);
  const unmodified = rows.filter((row) => row.modSeq > limit);
  return { changed, unmodified: unmodified.map(({ uid }) => uid), rest };
}

function target(
  row: MessageRow,
  { mode, flags }: FlagChange,
  keywords: number,
): { flags: number; keywords: number } {
  switch (mode) {
    case "replace":
      return { flags, keywords };
    case "add":
      return {
        flags: row.flags | flags,
        keywords: (row.keywords | keywords) >>> 0,
      };
    case "remove":
      return {
        flags: row.flags & ~flags,
        keywords: (row.keywords & ~keywords) >>> 0,
      };
  }
}

function write(
  context: JobContext,
  { mailbox, seenGrace }: FlagJob,
  rows: readonly MessageRow[],
  wanted: readonly { flags: number; keywords: number }[],
): FlagState[] {
  let unseen = 0;
  let different = false;
  rows.forEach((row, i) => {
    const next = wanted[i]!;
    if (isSame(row, next)) return;
    different = true;
    unseen += (row.flags & SEEN) - (next.flags & SEEN);
  });
  const modSeq = different
    ? context.mailboxes.touch(mailbox, { exists: 0, unseen, octets: 0 })
    : undefined;
  return rows.map((row, i) => {
    const next = wanted[i]!;
    if (modSeq === undefined || isSame(row, next)) return stateOf(row);
    const state = { uid: row.uid, ...next, modSeq };
    context.messages.setFlags(mailbox, state);
    context.changes.flags(mailbox, modSeq, state);
    if ((next.flags & ~row.flags & SEEN) !== 0) {
      noteSeen(context, { mailbox, uid: row.uid }, seenGrace);
    }
    return state;
  });
}

function isSame(
  row: MessageRow,
  next: { flags: number; keywords: number },
): boolean {
  return row.flags === next.flags && row.keywords === next.keywords;
}

function stateOf({ uid, flags, keywords, modSeq }: MessageRow): FlagState {
  return { uid, flags, keywords, modSeq };
}

export interface Fetched extends SeenRule {
  readonly mailbox: MailboxId;
  readonly uids: readonly Uid[];
}

export function markFetched(
  context: JobContext,
  fetched: readonly Fetched[],
): void {
  for (const { mailbox, uids, seenGrace } of fetched) {
    for (const uid of uids) {
      if (context.messages.setFetched(mailbox, uid)) {
        noteSeen(context, { mailbox, uid }, seenGrace);
      }
    }
  }
}
