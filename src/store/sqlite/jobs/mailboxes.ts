/** CREATE, DELETE, RENAME and subscriptions. @module */
import { Refusal } from "../../../base/refusal.ts";
import type { AccountId, MailboxId } from "../../../base/ids.ts";
import type { Mailbox, SpecialUse, UidRange } from "../../../mail/mailbox.ts";
import { isNameOnly } from "../../../mail/mailbox_name.ts";
import { checkMailboxName, parentNames } from "../mailbox_name.ts";
import type { JobContext } from "./context.ts";
import { rowsIn } from "./ranges.ts";
import { BATCH_MESSAGES, removeMessages } from "./removal.ts";
import { forgetTaken } from "./takeover/marks.ts";

const MAX_MAILBOXES = 100; // of one account
const ALL = [{ first: 1, last: 0xffff_ffff } as UidRange];

export interface MailboxJob {
  readonly account: AccountId;
  readonly name: string;
}

/**
 * With its missing parents (RFC 3501 §6.3.3).
 *
 * @throws {Refusal} `mailbox_exists`, `too_many_mailboxes`, or why not by this name
 */
export function createMailbox(
  context: JobContext,
  job: MailboxJob & { readonly specialUse: SpecialUse | undefined },
): Mailbox {
  const { account, name, specialUse } = job;
  checkMailboxName(name);
  const existing = context.mailboxes.find(account, name);
  if (existing?.selectable) throw new Refusal("mailbox_exists");
  if (existing) {
    context.mailboxes.setSelectable(existing.id, true);
    context.mailboxes.setSpecialUse(existing.id, specialUse);
    return { ...found(context, job) };
  }
  createParents(context, account, name);
  const id = add(context, { account, name, specialUse });
  return context.mailboxes.byId(id)!;
}

function createParents(
  context: JobContext,
  account: AccountId,
  name: string,
): void {
  for (const parent of parentNames(name)) {
    if (!context.mailboxes.find(account, parent)) {
      add(context, { account, name: parent, specialUse: undefined });
    }
  }
}

function add(
  context: JobContext,
  mailbox: MailboxJob & { readonly specialUse: SpecialUse | undefined },
) {
  if (context.mailboxes.count(mailbox.account) >= MAX_MAILBOXES) {
    throw new Refusal("too_many_mailboxes");
  }
  return context.mailboxes.create(mailbox, context.nowSeconds);
}

function found(context: JobContext, { account, name }: MailboxJob): Mailbox {
  const mailbox = context.mailboxes.find(account, name);
  if (!mailbox) throw new Refusal("no_such_mailbox");
  return mailbox;
}

/**
 * One step of deleting a mailbox; true while there is more to do.
 *
 * @throws {Refusal} `no_such_mailbox`; `mailbox_undeletable` for INBOX and for
 * one that is only there for its children (RFC 3501 §6.3.4)
 */
export function deleteMailbox(context: JobContext, job: MailboxJob): boolean {
  const mailbox = found(context, job);
  const children = context.mailboxes.children(job.account, job.name);
  if (isNameOnly(mailbox, children)) throw new Refusal("no_such_mailbox");
  if (job.name === "INBOX" || !mailbox.selectable) {
    throw new Refusal("mailbox_undeletable");
  }
  const { rows, rest } = rowsIn(context, mailbox.id, ALL, BATCH_MESSAGES);
  if (rows.length > 0) removeMessages(context, mailbox, rows);
  if (rest.length > 0) return true;
  context.changes.deleted(
    mailbox.id,
    context.mailboxes.touch(mailbox.id, NOTHING),
  );
  context.messages.forgetExpunged(mailbox.id);
  forgetTaken(context, mailbox.id);
  context.mailboxes.remove(mailbox.id);
  // Only its owner ends a subscription (RFC 3501 §6.3.6).
  const { subscribed } = mailbox;
  if (subscribed || children.some(({ selectable }) => selectable)) {
    context.mailboxes.create(
      { account: job.account, name: job.name, selectable: false, subscribed },
      context.nowSeconds,
    );
  }
  context.mailboxes.removeBareNames(job.account);
  return false;
}

const NOTHING = { exists: 0, unseen: 0, octets: 0 };

/**
 * Gives a mailbox and its children a new name. INBOX stays (RFC 3501 §6.3.5):
 * then the result says which mailbox its messages are to be moved into.
 *
 * @throws {Refusal} `no_such_mailbox`, `mailbox_exists`, `mailbox_name_invalid`
 */
export function renameMailbox(
  context: JobContext,
  job: MailboxJob & { readonly to: string },
): { from: MailboxId; to: MailboxId } | undefined {
  const { account, name, to } = job;
  checkMailboxName(to);
  const mailbox = found(context, job);
  const target = context.mailboxes.find(account, to);
  if (target && !isName(context, target)) throw new Refusal("mailbox_exists");
  if (name !== "INBOX" && to.startsWith(`${name}/`)) {
    throw new Refusal("mailbox_name_invalid");
  }
  if (name === "INBOX") {
    const made = { account, name: to, specialUse: undefined };
    return { from: mailbox.id, to: createMailbox(context, made).id };
  }
  createParents(context, account, to);
  const below = context.mailboxes.children(account, name);
  giveName(context, mailbox, to);
  for (const child of below) {
    if (isNameOnly(child, below)) continue; // a subscription is to the name
    giveName(context, child, to + child.name.slice(name.length));
  }
  context.mailboxes.removeBareNames(account);
}

/** One that is only a name makes way, and its subscription is to the mailbox. */
function giveName(context: JobContext, mailbox: Mailbox, name: string): void {
  checkMailboxName(name);
  const there = context.mailboxes.find(mailbox.account, name);
  if (there && !isName(context, there)) throw new Refusal("mailbox_exists");
  if (there) context.mailboxes.remove(there.id);
  context.mailboxes.rename(mailbox.id, name);
  if (there?.subscribed) context.mailboxes.setSubscribed(mailbox.id, true);
}

export function setSubscribed(
  context: JobContext,
  job: MailboxJob & { readonly subscribed: boolean },
): void {
  const mailbox = found(context, job);
  if (!job.subscribed && isName(context, mailbox)) {
    context.mailboxes.remove(mailbox.id);
  } else context.mailboxes.setSubscribed(mailbox.id, job.subscribed);
}

function isName({ mailboxes }: JobContext, mailbox: Mailbox): boolean {
  return isNameOnly(
    mailbox,
    mailboxes.children(mailbox.account, mailbox.name),
  );
}
