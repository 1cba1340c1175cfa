/** Short indexed reads of mail, on the calling thread. @module */
import { Refusal } from "../../../base/refusal.ts";
import type {
  AccountId,
  BlobId,
  MailboxId,
  ModSeq,
  Uid,
} from "../../../base/ids.ts";
import type {
  ChangesSince,
  Mailbox,
  MailboxSnapshot,
  MessageRow,
  UidRange,
  Usage,
} from "../../../mail/mailbox.ts";
import { type Connection, readTogether } from "../database/connection.ts";
import { MailboxTable } from "../tables/mailbox_table.ts";
import { type MessageRecord, MessageTable } from "../tables/message_table.ts";
import { UsageTable } from "../tables/usage_table.ts";

export class MailReads {
  readonly #mailboxes: MailboxTable;
  readonly #messages: MessageTable;
  readonly #usage: UsageTable;

  constructor(readonly db: Connection) {
    this.#mailboxes = new MailboxTable(db);
    this.#messages = new MessageTable(db);
    this.#usage = new UsageTable(db);
  }

  messageCount(): number {
    return this.#usage.messageCount();
  }

  octetCount(): number {
    return this.#usage.octetCount();
  }

  mailbox(id: MailboxId): Mailbox | undefined {
    return this.#mailboxes.byId(id);
  }

  find(account: AccountId, name: string): Mailbox | undefined {
    return this.#mailboxes.find(account, name);
  }

  modSeq(id: MailboxId): ModSeq | undefined {
    return this.#mailboxes.modSeq(id);
  }

  list(account: AccountId): Mailbox[] {
    return this.#mailboxes.list(account);
  }

  snapshot(mailbox: MailboxId): MailboxSnapshot {
    return readTogether(this.db, () => {
      const { highestModSeq, keywords: names } = this.#known(mailbox);
      const states = this.#messages.packedStates(mailbox);
      const uids = new Uint32Array(states.length);
      const flags = new Uint8Array(states.length);
      const keywords = new Uint32Array(states.length);
      for (let i = 0; i < states.length; i++) {
        const state = states[i]!;
        uids[i] = state / 32;
        flags[i] = state % 32;
      }
      if (names.length > 0) {
        const words = this.#messages.keywords(mailbox);
        for (let i = 0; i < words.length; i++) keywords[i] = words[i]!;
      }
      return { modSeq: highestModSeq, uids, flags, keywords };
    });
  }

  changesSince(mailbox: MailboxId, modSeq: ModSeq): ChangesSince {
    return readTogether(this.db, () => {
      const { highestModSeq, uidNext } = this.#known(mailbox);
      const isOnRecord = modSeq >= this.#mailboxes.forgotten(mailbox);
      return {
        modSeq: highestModSeq,
        changed: this.#messages.changedSince(mailbox, modSeq),
        expunged: isOnRecord
          ? this.#messages.expungedSince(mailbox, modSeq)
          : this.#absent(mailbox, uidNext),
      };
    });
  }

  /** One that can be selected, and the sequence number of its first message without \Seen. */
  select(
    account: AccountId,
    name: string,
  ): { mailbox: Mailbox; firstUnseen: number | undefined } | undefined {
    return readTogether(this.db, () => {
      const mailbox = this.#mailboxes.find(account, name);
      if (!mailbox?.selectable) return undefined;
      if (mailbox.unseen === 0) return { mailbox, firstUnseen: undefined };
      return { mailbox, firstUnseen: this.#firstUnseen(mailbox.id) };
    });
  }

  #firstUnseen(mailbox: MailboxId): number | undefined {
    const uid = this.#messages.firstUnseen(mailbox);
    if (uid === undefined) return undefined;
    return this.#messages.countBefore(mailbox, uid) + 1;
  }

  totals(mailbox: MailboxId): { octets: number; deleted: number } {
    const octets = this.#mailboxes.octets(mailbox);
    return { octets, deleted: this.#messages.countDeleted(mailbox) };
  }

  rows(mailbox: MailboxId, range: UidRange, limit: number): MessageRow[] {
    return this.#messages.rows(mailbox, range, limit);
  }

  records(
    mailbox: MailboxId,
    range: UidRange,
    limit: number,
  ): MessageRecord[] {
    return this.#messages.range(mailbox, range, limit);
  }

  blob(mailbox: MailboxId, uid: Uid): BlobId | undefined {
    return this.#messages.blob(mailbox, uid);
  }

  /** @throws {Refusal} `no_such_user` */
  usage(account: AccountId): Usage {
    const usage = this.#usage.of(account);
    if (!usage) throw new Refusal("no_such_user");
    return usage;
  }

  /** Every UID that no message has any more. */
  #absent(mailbox: MailboxId, uidNext: Uid): Uid[] {
    const absent: Uid[] = [];
    let expected = 1;
    for (const uid of [...this.#messages.uids(mailbox), uidNext]) {
      for (; expected < uid; expected++) absent.push(expected as Uid);
      expected = uid + 1;
    }
    return absent;
  }

  #known(id: MailboxId): Mailbox {
    const mailbox = this.#mailboxes.byId(id);
    if (!mailbox) throw new Refusal("no_such_mailbox");
    return mailbox;
  }
}
