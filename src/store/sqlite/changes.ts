/** Tells who watches a mailbox what was committed. @module */
import type { MailboxId } from "../../base/ids.ts";
import type { MailboxChange } from "../../mail/mailbox.ts";

type Listener = (change: MailboxChange) => void;

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
