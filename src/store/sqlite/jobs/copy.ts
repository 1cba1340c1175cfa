/** COPY, MOVE (RFC 6851) and EXPUNGE. @module */
import { Refusal } from "../../../base/refusal.ts";
import type { AccountId, MailboxId, ModSeq, Uid } from "../../../base/ids.ts";
import {
  type Copied,
  type Mailbox,
  SEEN,
  type UidRange,
} from "../../../mail/mailbox.ts";
import type { QuotaPolicy } from "../../mail.ts";
import type { MessageRecord } from "../tables/message_table.ts";
import type { JobContext } from "./context.ts";
import { ownMailbox } from "./ownership.ts";
import { growMailbox, LAST_UID } from "./growth.ts";
import { translateBits } from "./keywords.ts";
import { restAfter, rowsIn } from "./ranges.ts";
import { BATCH_MESSAGES, removeMessages, takeOut } from "./removal.ts";
import { fits } from "./room.ts";

/** Rows made in one job; their contents stay where they are. */
const COPIED_MESSAGES = 500;

export interface CopyJob {
  readonly account: AccountId;
  readonly from: MailboxId;
  readonly uids: readonly UidRange[];
  readonly to: MailboxId;
}

/**
 * A bounded number of messages; `rest` is for a further job. The first job
 * makes sure that there is room for all of them.
 *
 * @throws {Refusal} `no_target_mailbox`, `quota_exceeded`
 */
export function copy(
  context: JobContext,
  job: CopyJob & { readonly quota: QuotaPolicy | undefined },
): Copied & { readonly rest: readonly UidRange[] } {
  const { from, to } = ends(context, job);
  if (job.quota) checkRoom(context, { ...job, quota: job.quota });
  const { rows, rest } = rowsIn(context, from.id, job.uids, COPIED_MESSAGES);
  for (const { blob, sizeOctets } of rows) {
    context.blobs.retain(blob);
    context.usage.add(to.account, sizeOctets, 1);
  }
  return { ...putInto(context, from, to, rows), rest };
}

function checkRoom(
  context: JobContext,
  { account, from, uids, quota }: CopyJob & { readonly quota: QuotaPolicy },
): void {
  let octets = 0;
  for (const range of uids) octets += context.messages.octetsIn(from, range);
  if (octets === 0) return;
  const owner = context.accounts.recipient(account);
  if (!owner) throw new Refusal("no_target_mailbox");
  if (!fits(context, { account, ...owner }, octets, quota)) {
    throw new Refusal("quota_exceeded");
  }
}

/** Takes out again what a COPY has put in that cannot be finished. */
export function undoCopy(
  context: JobContext,
  { mailbox: id, uids }: { mailbox: MailboxId; uids: readonly Uid[] },
): void {
  const mailbox = context.mailboxes.byId(id);
  if (!mailbox) return;
  const ranges = uids.map((uid) => ({ first: uid, last: uid }));
  const { rows } = rowsIn(context, id, ranges);
  if (rows.length > 0) removeMessages(context, mailbox, rows);
}

/** A bounded number of messages; `rest` is for a further job. @throws {Refusal} `no_target_mailbox` */
export function move(
  context: JobContext,
  job: CopyJob,
): Copied & { readonly rest: readonly UidRange[] } {
  const { from, to } = ends(context, job);
  if (from.id === to.id && to.uidNext + COPIED_MESSAGES > LAST_UID) {
    throw new Refusal("unavailable"); // the next message to come renumbers all
  }
  const { rows, rest } = rowsIn(context, from.id, job.uids, COPIED_MESSAGES);
  const copied = putInto(context, from, to, rows);
  if (rows.length > 0) takeOut(context, from.id, rows);
  return { ...copied, rest };
}

function ends(context: JobContext, { account, from, to }: CopyJob) {
  const source = ownMailbox(context, account, from);
  const target = context.mailboxes.byId(to);
  if (!target?.selectable || target.account !== account) {
    throw new Refusal("no_target_mailbox");
  }
  return { from: source, to: target };
}

/** New rows in `to` for the contents of rows in `from`. */
function putInto(
  context: JobContext,
  from: Mailbox,
  to: Mailbox,
  rows: readonly MessageRecord[],
): Copied {
  const { uidValidity } = to;
  const sourceUids = rows.map(({ uid }) => uid);
  if (rows.length === 0) return { uidValidity, sourceUids, targetUids: [] };
  const keywords = rows.map((row) =>
    translateBits(context, from, to, row.keywords)
  );
  const { firstUid, modSeq } = growMailbox(context, to.id, {
    exists: rows.length,
    unseen: rows.filter(({ flags }) => (flags & SEEN) === 0).length,
    octets: rows.reduce((octets, row) => octets + row.sizeOctets, 0),
  });
  const targetUids = rows.map((_, i) => (firstUid + i) as Uid);
  rows.forEach((row, i) => {
    const state = {
      uid: targetUids[i]!,
      flags: row.flags,
      keywords: keywords[i]!,
      modSeq,
    };
    context.messages.insert(to.id, { ...row, ...state });
    context.changes.appended(to.id, modSeq, state);
  });
  return { uidValidity, sourceUids, targetUids };
}

export interface ExpungeJob {
  readonly account: AccountId;
  readonly mailbox: MailboxId;
  readonly uids: readonly UidRange[];
}

/** Removes a bounded number of \Deleted messages; `rest` is for a further job. */
export function expunge(
  context: JobContext,
  { account, mailbox: id, uids }: ExpungeJob,
): { uids: Uid[]; modSeq: ModSeq; rest: readonly UidRange[] } {
  const mailbox = ownMailbox(context, account, id);
  const found = [];
  let rest: readonly UidRange[] = [];
  for (let i = 0; i < uids.length; i++) {
    const left = BATCH_MESSAGES - found.length;
    const some = context.messages.deleted(id, uids[i]!, left);
    found.push(...some);
    if (some.length === left) {
      rest = restAfter(uids, i, some.at(-1)!.uid);
      break;
    }
  }
  const modSeq = found.length > 0
    ? removeMessages(context, mailbox, found)
    : mailbox.highestModSeq;
  return { uids: found.map(({ uid }) => uid), modSeq, rest };
}
