/** Tells who watches a mailbox, or all of an account, what was committed. @module */
import type { AccountId, MailboxId, ModSeq } from "../../base/ids.ts";
import type { MailboxChange } from "../../mail/mailbox.ts";

type Listener = (change: MailboxChange) => void;

const NOTHING = {
  previous: 0 as ModSeq,
  modSeq: 0 as ModSeq,
  appended: [],
  flags: [],
  expunged: [],
};

export class ChangeHub {
  readonly #listeners = new Map<MailboxId, Set<Listener>>();
  readonly #lists = new Map<AccountId, Set<() => void>>();

  constructor(readonly onBug: (error: unknown) => void) {}

  listen(mailbox: MailboxId, listener: Listener): () => void {
    return add(this.#listeners, mailbox, listener);
  }

  /** Of which mailboxes there are, and how they are called. */
  listenToList(account: AccountId, listener: () => void): () => void {
    return add(this.#lists, account, listener);
  }

  /**
   * Tells of changes that another process made, without their content: who
   * knows less than the mod-sequence given has missed something.
   *
   * @param modSeqOf undefined if the mailbox is gone.
   */
  publishMissed(modSeqOf: (mailbox: MailboxId) => ModSeq | undefined): void {
    const changes = [...this.#listeners.keys()].map((mailbox) => {
      const modSeq = modSeqOf(mailbox);
      return modSeq === undefined
        ? { ...NOTHING, mailbox, deleted: true as const }
        : { ...NOTHING, mailbox, previous: modSeq, modSeq };
    });
    this.publish(changes);
    for (const account of [...this.#lists.keys()]) this.publishList(account);
  }

  publishList(account: AccountId): void {
    for (const listener of [...this.#lists.get(account) ?? []]) {
      try {
        listener();
      } catch (error) {
        this.onBug(error);
      }
    }
  }

  publish(changes: readonly MailboxChange[]): void {
    for (const change of changes) {
      const listeners = this.#listeners.get(change.mailbox);
      if (!listeners) continue;
      for (const listener of [...listeners]) {
        try {
          listener(change);
        } catch (error) {
          this.onBug(error);
        }
      }
    }
  }
}

/** Returns how to end it. */
function add<K, L>(all: Map<K, Set<L>>, key: K, listener: L): () => void {
  let listeners = all.get(key);
  if (!listeners) all.set(key, listeners = new Set());
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && all.get(key) === listeners) all.delete(key);
  };
}
