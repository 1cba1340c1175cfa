/** UIDs for messages that come, also when a mailbox has used up all it had. @module */
import type { MailboxId, ModSeq, Uid } from "../../../base/ids.ts";
import type { CounterChange } from "../tables/mailbox_table.ts";
import type { JobContext } from "./context.ts";

export const LAST_UID = 0xffff_fffe; // RFC 3501 §2.3.1.1: 32 bits; one is left for "*"

/** @throws {Refusal} `no_target_mailbox` if the mailbox is gone */
export function growMailbox(
  context: JobContext,
  mailbox: MailboxId,
  added: CounterChange,
): { firstUid: Uid; modSeq: ModSeq } {
  const grown = context.mailboxes.grow(mailbox, added);
  if (grown.firstUid + added.exists - 1 <= LAST_UID) return grown;
  const firstUid = renumber(context, mailbox, grown.modSeq);
  context.mailboxes.setUidNext(mailbox, (firstUid + added.exists) as Uid);
  return { firstUid, modSeq: grown.modSeq };
}

/** Gives all messages new UIDs under a new UIDVALIDITY, and the UID after them. */
function renumber(
  context: JobContext,
  mailbox: MailboxId,
  modSeq: ModSeq,
): Uid {
  const count = context.messages.renumber(mailbox);
  context.messages.forgetExpunged(mailbox);
  context.purges.forget(mailbox);
  const uidValidity = context.mailboxes.nextUidValidity(context.nowSeconds);
  context.mailboxes.setUidValidity(mailbox, uidValidity);
  context.mailboxes.setForgotten(mailbox, modSeq);
  context.changes.deleted(mailbox, modSeq); // sessions must select it anew
  return (count + 1) as Uid;
}
