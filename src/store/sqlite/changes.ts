/** Tells who watches a mailbox what was committed. @module */
import type { MailboxId, ModSeq } from "../../base/ids.ts";
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

  constructor(readonly onBug: (error: unknown) => void) {}

  listen(mailbox: MailboxId, listener: Listener): () => void {
    let listeners = this.#listeners.get(mailbox);
    if (!listeners) this.#listeners.set(mailbox, listeners = new Set());
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(mailbox) === listeners) {
        this.#listeners.delete(mailbox);
      }
    };
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
