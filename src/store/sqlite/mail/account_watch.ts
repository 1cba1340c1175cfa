/** Hears of all mailboxes of one account, of those too that come later. @module */
import type { AccountId, MailboxId } from "../../../base/ids.ts";
import type { ChangeHub } from "../changes.ts";
import type { MailReads } from "./mail_reads.ts";

/** Returns how to end it. */
export function watchAll(
  account: AccountId,
  { reads, changes }: {
    readonly reads: Pick<MailReads, "list">;
    readonly changes: ChangeHub;
  },
  listener: () => void,
): () => void {
  const watched = new Map<MailboxId, () => void>();
  const follow = () => {
    const ids = new Set(reads.list(account).map(({ id }) => id));
    for (const [id, stop] of watched) {
      if (ids.has(id)) continue;
      stop();
      watched.delete(id);
    }
    for (const id of ids) {
      if (!watched.has(id)) watched.set(id, changes.listen(id, listener));
    }
  };
  const stop = changes.listenToList(account, () => {
    follow();
    listener();
  });
  try {
    follow();
  } catch (error) {
    stop();
    throw error;
  }
  return () => {
    stop();
    for (const stop of watched.values()) stop();
    watched.clear();
  };
}
