/** Deleting messages some time after they were read. @module */
import type { MailboxId, Uid } from "../../../base/ids.ts";
import { SEEN } from "../../../mail/mailbox.ts";
import type { JobContext } from "./context.ts";
import { BATCH_MESSAGES, removePlaced } from "./removal.ts";

/** What a message that is read comes under. */
export interface SeenRule {
  /** It is deleted so many seconds later; undefined: it stays. */
  readonly seenGrace: number | undefined;
}

/** Nothing is due later than so many seconds from now; undefined: nothing is due. */
export function limitPurges(
  context: JobContext,
  seconds: number | undefined,
): void {
  if (seconds === undefined) context.purges.clear();
  else context.purges.noLaterThan(context.livedSeconds + seconds);
}

/** A message was read. */
export function noteSeen(
  context: JobContext,
  { mailbox, uid }: { readonly mailbox: MailboxId; readonly uid: Uid },
  seenGrace: number | undefined,
): void {
  if (seenGrace !== undefined) {
    context.purges.put(mailbox, uid, context.livedSeconds + seenGrace);
  }
}

/** Removes what is due and still counts as read: one batch. */
export function purgeDue(
  context: JobContext,
): { deleted: number; more: boolean } {
  const due = context.purges.due(context.livedSeconds, BATCH_MESSAGES);
  const messages = due.flatMap(({ mailbox, uid }) => {
    const found = context.messages.placed(mailbox, uid);
    if (!found) return [];
    return (found.flags & SEEN) !== 0 || found.fetched !== 0 ? [found] : [];
  });
  removePlaced(context, messages);
  for (const one of due) context.purges.remove(one);
  return { deleted: messages.length, more: due.length === BATCH_MESSAGES };
}
