/**
 * How messages leave: the one way for EXPUNGE, retention, quota and deletion.
 *
 * @module
 */
import type { AccountId, MailboxId, ModSeq } from "../../../base/ids.ts";
import { SEEN } from "../../../mail/mailbox.ts";
import type { PlacedMessage, StoredMessage } from "../tables/message_table.ts";
import type { JobContext } from "./context.ts";

/**
 * Messages taken out in one job, so that delivery never waits long: up to
 * 64 KiB of each are overwritten in the database.
 */
export const BATCH_MESSAGES = 100;

/** Removes messages of one mailbox with all that depends on them. */
export function removeMessages(
  context: JobContext,
  mailbox: { readonly id: MailboxId; readonly account: AccountId },
  messages: readonly StoredMessage[],
): ModSeq {
  let octets = 0;
  for (const message of messages) {
    context.blobs.release(message.blob);
    octets += message.sizeOctets;
  }
  context.usage.add(mailbox.account, -octets, -messages.length);
  return takeOut(context, mailbox.id, messages);
}

/** Removes rows of one mailbox; their contents live on elsewhere. */
export function takeOut(
  context: JobContext,
  mailbox: MailboxId,
  messages: readonly StoredMessage[],
): ModSeq {
  let octets = 0;
  let unseen = 0;
  for (const { sizeOctets, flags } of messages) {
    octets += sizeOctets;
    if ((flags & SEEN) === 0) unseen++;
  }
  const modSeq = context.mailboxes.touch(mailbox, {
    exists: -messages.length,
    unseen: -unseen,
    octets: -octets,
  });
  for (const { uid } of messages) {
    context.messages.remove(mailbox, uid);
    context.messages.recordExpunge(mailbox, modSeq, uid, context.livedSeconds);
    context.changes.expunged(mailbox, modSeq, uid);
  }
  return modSeq;
}

/** Removes messages of any mailboxes. */
export function removePlaced(
  context: JobContext,
  messages: readonly PlacedMessage[],
): void {
  const byMailbox = Map.groupBy(messages, ({ mailbox }) => mailbox);
  for (const [id, inMailbox] of byMailbox) {
    const mailbox = context.mailboxes.byId(id);
    if (mailbox) removeMessages(context, mailbox, inMailbox);
  }
}
