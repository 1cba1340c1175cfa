/** What a job does to mailboxes, collected for those who watch them. @module */
import type { MailboxId, ModSeq, Uid } from "../../../base/ids.ts";
import type { FlagState, MailboxChange } from "../../../mail/mailbox.ts";

interface Draft {
  readonly mailbox: MailboxId;
  readonly previous: ModSeq;
  modSeq: ModSeq;
  readonly appended: FlagState[];
  readonly flags: FlagState[];
  readonly expunged: Uid[];
  keywords?: readonly string[];
  deleted?: true;
}

export class Changes {
  readonly #drafts = new Map<MailboxId, Draft>();

  appended(mailbox: MailboxId, modSeq: ModSeq, state: FlagState): void {
    this.#draft(mailbox, modSeq).appended.push(state);
  }

  flags(mailbox: MailboxId, modSeq: ModSeq, state: FlagState): void {
    this.#draft(mailbox, modSeq).flags.push(state);
  }

  expunged(mailbox: MailboxId, modSeq: ModSeq, uid: Uid): void {
    this.#draft(mailbox, modSeq).expunged.push(uid);
  }

  keywords(
    mailbox: MailboxId,
    modSeq: ModSeq,
    keywords: readonly string[],
  ): void {
    this.#draft(mailbox, modSeq).keywords = keywords;
  }

  deleted(mailbox: MailboxId, modSeq: ModSeq): void {
    this.#draft(mailbox, modSeq).deleted = true;
  }

  /** All of this job; the next one starts anew. */
  take(): MailboxChange[] {
    if (this.#drafts.size === 0) return [];
    const drafts = [...this.#drafts.values()];
    this.#drafts.clear();
    return drafts;
  }

  #draft(mailbox: MailboxId, modSeq: ModSeq): Draft {
    let draft = this.#drafts.get(mailbox);
    if (!draft) {
      draft = {
        mailbox,
        previous: (modSeq - 1) as ModSeq,
        modSeq,
        appended: [],
        flags: [],
        expunged: [],
      };
      this.#drafts.set(mailbox, draft);
    }
    draft.modSeq = modSeq;
    return draft;
  }
}
