/** CREATE, DELETE, RENAME and subscriptions. @module */
import { Refusal } from "../../../base/refusal.ts";
import type { AccountId } from "../../../base/ids.ts";
import type { Mailbox, SpecialUse, UidRange } from "../../../mail/mailbox.ts";
import { checkMailboxName, parentNames } from "../mailbox_name.ts";
import type { JobContext } from "./context.ts";
import { putInto } from "./copy.ts";
import { rowsIn } from "./ranges.ts";
import { BATCH_MESSAGES, removeMessages, takeOut } from "./removal.ts";

const MAX_MAILBOXES = 100; // of one account
const ALL = [{ first: 1, last: 0xffff_ffff } as UidRange];

export interface MailboxJob {
  readonly account: AccountId;
  readonly name: string;
}

/** With its missing parents (RFC 3501 §6.3.3). */
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
  if (job.name === "INBOX" || (children.length > 0 && !mailbox.selectable)) {
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
  context.mailboxes.remove(mailbox.id);
  if (children.length > 0) {
    context.mailboxes.create(
      { account: job.account, name: job.name, selectable: false },
      context.nowSeconds,
    );
  }
  return false;
}

const NOTHING = { exists: 0, unseen: 0, octets: 0 };

/** @throws {Refusal} `no_such_mailbox`, `mailbox_exists`, `mailbox_name_invalid` */
export function renameMailbox(
  context: JobContext,
  job: MailboxJob & { readonly to: string },
): void {
  const { account, name, to } = job;
  checkMailboxName(to);
  const mailbox = found(context, job);
  if (context.mailboxes.find(account, to)) throw new Refusal("mailbox_exists");
  if (name === "INBOX") return emptyInbox(context, mailbox, to);
  if (to.startsWith(`${name}/`)) throw new Refusal("mailbox_name_invalid");
  const children = context.mailboxes.children(account, name);
  createParents(context, account, to);
  context.mailboxes.rename(mailbox.id, to);
  for (const child of children) {
    const childName = to + child.name.slice(name.length);
    checkMailboxName(childName);
    if (context.mailboxes.find(account, childName)) {
      throw new Refusal("mailbox_exists");
    }
    context.mailboxes.rename(child.id, childName);
  }
}

/** RFC 3501 §6.3.5: INBOX's messages move to a new mailbox, INBOX stays. */
function emptyInbox(context: JobContext, inbox: Mailbox, name: string): void {
  const { account } = inbox;
  createParents(context, account, name);
  const id = add(context, { account, name, specialUse: undefined });
  const target = context.mailboxes.byId(id)!;
  const { rows } = rowsIn(context, inbox.id, ALL, Number.MAX_SAFE_INTEGER);
  if (rows.length === 0) return;
  putInto(context, inbox, target, rows);
  takeOut(context, inbox.id, rows);
}

export function setSubscribed(
  context: JobContext,
  job: MailboxJob & { readonly subscribed: boolean },
): void {
  const mailbox = found(context, job);
  context.mailboxes.setSubscribed(mailbox.id, job.subscribed);
}
