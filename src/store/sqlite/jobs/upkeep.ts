/** Jobs that check and tidy what is stored. @module */
import type { AccountId, MailboxId } from "../../../base/ids.ts";
import type { ClockMark } from "../../../base/lived_clock.ts";
import type { JobContext } from "./context.ts";

const ACCOUNTS_AT_ONCE = 50;
const BLOBS_AT_ONCE = 500;
const FREE_PAGES_AT_ONCE = 1000;

/** Dates later than now count as now. */
export function settleFuture(context: JobContext): void {
  context.livedTime.settleFuture(context.livedSeconds);
}

export function keepMark(context: JobContext, mark: ClockMark): void {
  context.livedTime.keep(mark);
}

export function collectUnusedBlobs(context: JobContext): number {
  return context.blobs.removeUnused(BLOBS_AT_ONCE);
}

interface Counted {
  readonly exists: number;
  readonly unseen: number;
  readonly octets: number;
}

/** Counts anew what some accounts hold; gives where to go on. */
export function recountSome(
  context: JobContext,
  after: AccountId,
): { checked: number; repaired: number; next: AccountId | undefined } {
  const accounts = context.db.column(
    "SELECT account_id FROM usage WHERE account_id > ? ORDER BY account_id LIMIT ? + 0",
    after,
    ACCOUNTS_AT_ONCE,
  ) as AccountId[];
  let repaired = 0;
  for (const account of accounts) repaired += recount(context, account);
  const next = accounts.length === ACCOUNTS_AT_ONCE
    ? accounts.at(-1)
    : undefined;
  return { checked: accounts.length, repaired, next };
}

function recount(context: JobContext, account: AccountId): number {
  let repaired = 0;
  let octets = 0;
  let messages = 0;
  for (const mailbox of context.mailboxes.list(account)) {
    const real = countIn(context, mailbox.id);
    octets += real.octets;
    messages += real.exists;
    const change = {
      exists: real.exists - mailbox.exists,
      unseen: real.unseen - mailbox.unseen,
      octets: real.octets - context.mailboxes.octets(mailbox.id),
    };
    if (change.exists || change.unseen || change.octets) {
      context.mailboxes.touch(mailbox.id, change);
      repaired = 1;
    }
  }
  const used = context.usage.of(account);
  if (used?.octets !== octets || used.messages !== messages) {
    context.usage.set(account, octets, messages);
    repaired = 1;
  }
  return repaired;
}

function countIn(context: JobContext, mailbox: MailboxId): Counted {
  return context.db.row<Counted>(
    `SELECT count(*) AS "exists", coalesce(sum(flags & 1 = 0), 0) AS unseen,
       coalesce(sum(size), 0) AS octets
     FROM messages WHERE mailbox_id = ?`,
    mailbox,
  )!;
}

/** Gives some free pages back to the file system; true while there are more. */
export function vacuumSome(context: JobContext): boolean {
  const before = freePages(context);
  context.db.rows(`PRAGMA incremental_vacuum(${FREE_PAGES_AT_ONCE})`);
  const after = freePages(context);
  return after > 0 && after < before; // no fewer: the file cannot shrink
}

function freePages(context: JobContext): number {
  return context.db.row<{ freelist_count: number }>("PRAGMA freelist_count")!
    .freelist_count;
}
