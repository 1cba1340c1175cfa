/**
 * All mailboxes of an account for a socket that asked for them: as they are, and
 * again whenever one came, went, got another name or other counts.
 *
 * What is told is read when the client has taken what was told before, so that
 * of many changes a slow one hears the last state alone.
 *
 * @module
 */
import type { AccountMail } from "../../../mail/account_mail.ts";
import { mailboxInfos } from "../views.ts";
import { pushFrame } from "./frames.ts";
import type { Outbox } from "./outbox.ts";

export interface MailboxesFeedParts {
  readonly mail: Pick<AccountMail, "list" | "watchAll">;
  readonly outbox: Pick<Outbox, "push" | "drained">;
  /** Lets others have their turn. */
  pause(): Promise<void>;
  reportBug(error: unknown): void;
}

export class MailboxesFeed {
  readonly #parts: MailboxesFeedParts;
  readonly #stopWatching: () => void;
  #told = "";
  #isBusy = false;
  #again = false;
  #isStopped = false;

  /** Tells how they are now, too. */
  constructor(parts: MailboxesFeedParts) {
    this.#parts = parts;
    this.#stopWatching = parts.mail.watchAll(() => void this.#pump());
    void this.#pump();
  }

  stop(): void {
    this.#isStopped = true;
    this.#stopWatching();
  }

  async #pump(): Promise<void> {
    this.#again = true;
    if (this.#isBusy) return;
    this.#isBusy = true;
    const { mail, outbox } = this.#parts;
    try {
      while (this.#again && !this.#isStopped) {
        await this.#parts.pause();
        await outbox.drained();
        this.#again = false;
        const data = mailboxInfos(await mail.list());
        const frame = pushFrame("mailboxes_changed", data);
        if (this.#isStopped || frame === this.#told) continue;
        this.#told = frame;
        outbox.push(frame);
      }
    } catch (error) {
      if (!this.#isStopped) this.#parts.reportBug(error);
    } finally {
      this.#isBusy = false;
    }
  }
}
