/** Mail that expires: retention, quota, and the upkeep of what is on record. @module */
import type { AccountId, MailboxId, ModSeq, Uid } from "../../../base/ids.ts";
import { SEEN } from "../../../mail/mailbox.ts";
import type { PruneRule, QuotaPolicy } from "../../mail.ts";
import type { PlacedMessage } from "../tables/message_table.ts";
import type { JobContext } from "./context.ts";
import { noteSeen } from "./purge.ts";
import { BATCH_MESSAGES, removePlaced } from "./removal.ts";
import { expirable, expireOldest } from "./room.ts";

const ROWS_AT_ONCE = 2000; // looked at in one job
const MAX_MS = 20; // for one job
const LARGE_OCTETS = 100_000; // as in the index messages_large
const EXPUNGED_SECONDS = 30 * 86_400;
const EXPUNGED_MAX = 10_000; // on record for each mailbox

/** Where a walk through the messages by age stands. */
export interface AgeCursor {
  readonly arrivedAt: number;
  readonly mailbox: MailboxId;
  readonly uid: Uid;
}

export interface Pruned {
  readonly deleted: number;
  /** undefined: all messages have been looked at. */
  readonly next: AgeCursor | undefined;
}

interface AgedMessage extends PlacedMessage {
  readonly fetched: number;
}

/** One step of a walk that removes what the rule names. */
export function prune(
  context: JobContext,
  { rule, from }: { rule: PruneRule; from: AgeCursor | undefined },
): Pruned {
  const rows = agedMessages(context, rule, from);
  const matching: AgedMessage[] = [];
  let last: AgedMessage | undefined;
  for (const row of rows) {
    if (matching.length === BATCH_MESSAGES) break;
    last = row;
    if (isCovered(context, row, rule)) matching.push(row);
  }
  const { listForSeconds } = rule;
  if (listForSeconds !== undefined && !rule.dryRun) {
    for (const one of matching) noteSeen(context, one, listForSeconds);
  } else if (!rule.dryRun) {
    const deadline = context.monotonicMs() + MAX_MS;
    for (let i = 0; i < matching.length; i += 50) {
      removePlaced(context, matching.slice(i, i + 50));
      if (context.monotonicMs() > deadline && i + 50 < matching.length) {
        const done = matching.slice(0, i + 50);
        return { deleted: done.length, next: cursorAt(done.at(-1)!) };
      }
    }
  }
  const whole = rows.length < ROWS_AT_ONCE && last === rows.at(-1);
  return {
    deleted: matching.length,
    next: whole || !last ? undefined : cursorAt(last),
  };
}

function agedMessages(
  context: JobContext,
  rule: PruneRule,
  from: AgeCursor | undefined,
): AgedMessage[] {
  const larger = rule.largerThanOctets ?? -1;
  const large = larger >= LARGE_OCTETS ? `AND size > ${LARGE_OCTETS}` : "";
  return context.db.rows<AgedMessage>(
    `SELECT mailbox_id AS mailbox, uid, blob_id AS blob, size AS sizeOctets, flags,
       arrived_at AS arrivedAt, fetched
     FROM messages
     WHERE (arrived_at, mailbox_id, uid) > (?, ?, ?) AND arrived_at < ? ${large} AND size > ?
     ORDER BY arrived_at, mailbox_id, uid LIMIT ? + 0`,
    from?.arrivedAt ?? Number.MIN_SAFE_INTEGER,
    from?.mailbox ?? 0,
    from?.uid ?? 0,
    context.livedSeconds - rule.olderThanSeconds,
    larger,
    ROWS_AT_ONCE,
  );
}

function cursorAt({ arrivedAt, mailbox, uid }: AgedMessage): AgeCursor {
  return { arrivedAt, mailbox, uid };
}

function isCovered(
  context: JobContext,
  row: AgedMessage,
  rule: PruneRule,
): boolean {
  const seen = (row.flags & SEEN) !== 0;
  if (rule.onlySeen && !seen && row.fetched === 0) return false;
  if (
    rule.listForSeconds !== undefined &&
    context.purges.has(row.mailbox, row.uid)
  ) return false;
  return !(rule.onlyUnseen && seen);
}

interface FullAccount {
  readonly account: AccountId;
  readonly octets: number;
  readonly limitOctets: number;
}

/** One step of a walk through all accounts that trims the full ones. */
export function trimSome(
  context: JobContext,
  { quota, after, dryRun }: {
    quota: QuotaPolicy;
    after: AccountId;
    dryRun: boolean;
  },
): { deleted: number; next: AccountId | undefined } {
  // CROSS JOIN: along usage, a page at a time, instead of sorting all accounts
  const rows = context.db.rows<FullAccount>(
    `SELECT account_id AS account, octets,
       coalesce(quota_octets, ?) AS limitOctets
     FROM usage CROSS JOIN accounts ON id = account_id
     WHERE account_id > ? ORDER BY account_id LIMIT ? + 0`,
    quota.defaultOctets,
    after,
    ROWS_AT_ONCE,
  );
  for (const { account, octets, limitOctets } of rows) {
    if (octets * 100 <= limitOctets * quota.trimFrom) continue;
    const excess = octets - Math.floor(limitOctets * quota.trimTo / 100);
    if (dryRun) {
      const deleted = expirable(context, account, excess, quota);
      if (deleted > 0) return { deleted, next: account };
      continue;
    }
    const deleted = trimmed(context, account, excess, quota);
    if (deleted === 0) continue;
    const still = (context.usage.of(account)?.octets ?? 0) * 100 >
      limitOctets * quota.trimTo;
    return { deleted, next: (still ? account - 1 : account) as AccountId };
  }
  return {
    deleted: 0,
    next: rows.length === ROWS_AT_ONCE ? rows.at(-1)!.account : undefined,
  };
}

function trimmed(
  context: JobContext,
  account: AccountId,
  excess: number,
  quota: QuotaPolicy,
): number {
  const before = context.usage.of(account)?.messages ?? 0;
  expireOldest(context, account, excess, quota);
  return before - (context.usage.of(account)?.messages ?? 0);
}

/** Forgets old expunges of some mailboxes; gives where to go on. */
export function forgetExpunged(
  context: JobContext,
  after: MailboxId,
): MailboxId | undefined {
  const deadline = context.monotonicMs() + MAX_MS;
  let mailbox: MailboxId | undefined = after;
  while (context.monotonicMs() < deadline) {
    mailbox = context.db.row<{ id: MailboxId | null }>(
      "SELECT min(mailbox_id) AS id FROM expunged WHERE mailbox_id > ?",
      mailbox,
    )!.id ?? undefined;
    if (mailbox === undefined) return undefined;
    forgetIn(context, mailbox);
  }
  return mailbox;
}

function forgetIn(context: JobContext, mailbox: MailboxId): void {
  context.db.run(
    "UPDATE expunged SET expunged_at = ?2 WHERE mailbox_id = ?1 AND expunged_at > ?2",
    mailbox,
    context.livedSeconds,
  );
  const old = context.db.row<{ modSeq: ModSeq | null }>(
    "SELECT max(modseq) AS modSeq FROM expunged WHERE mailbox_id = ? AND expunged_at < ?",
    mailbox,
    context.livedSeconds - EXPUNGED_SECONDS,
  )!.modSeq ?? 0;
  const surplus = context.db.row<{ modSeq: ModSeq }>(
    `SELECT modseq AS modSeq FROM expunged WHERE mailbox_id = ?
     ORDER BY modseq DESC LIMIT 1 OFFSET ?`,
    mailbox,
    EXPUNGED_MAX,
  )?.modSeq ?? 0;
  const upTo = Math.max(old, surplus) as ModSeq;
  if (upTo === 0) return;
  context.db.run(
    "DELETE FROM expunged WHERE mailbox_id = ? AND modseq <= ?",
    mailbox,
    upTo,
  );
  context.mailboxes.setForgotten(mailbox, upTo);
}
