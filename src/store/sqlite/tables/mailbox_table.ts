/** The mailboxes table, whose counters are exact after every transaction. @module */
import { Refusal } from "../../../base/refusal.ts";
import type {
  AccountId,
  MailboxId,
  ModSeq,
  Uid,
  UidValidity,
} from "../../../base/ids.ts";
import type { Mailbox, SpecialUse } from "../../../mail/mailbox.ts";
import type { Connection } from "../database/connection.ts";

export const MAX_KEYWORDS = 32; // a bit each in messages.keywords

interface MailboxRow {
  readonly id: MailboxId;
  readonly account: AccountId;
  readonly name: string;
  readonly uidValidity: UidValidity;
  readonly uidNext: Uid;
  readonly highestModSeq: ModSeq;
  readonly exists: number;
  readonly unseen: number;
  readonly subscribed: number;
  readonly selectable: number;
  readonly specialUse: SpecialUse | null;
  readonly keywords: string;
}

const SELECT = `
  SELECT id, account_id AS account, name, uid_validity AS uidValidity,
    uid_next AS uidNext, highest_modseq AS highestModSeq, exists_count AS "exists",
    unseen_count AS unseen, subscribed, selectable, special_use AS specialUse, keywords
  FROM mailboxes`;

function mailboxOf(row: MailboxRow): Mailbox {
  const { specialUse, subscribed, selectable, keywords, ...same } = row;
  return {
    ...same,
    subscribed: subscribed === 1,
    selectable: selectable === 1,
    keywords: keywords === "[]" ? [] : JSON.parse(keywords) as string[],
    ...(specialUse === null ? {} : { specialUse }),
  };
}

export interface NewMailbox {
  readonly account: AccountId;
  readonly name: string;
  readonly specialUse?: SpecialUse | undefined;
  readonly subscribed?: boolean;
  readonly selectable?: boolean;
}

/** What a change adds to a mailbox's counters, or takes away. */
export interface CounterChange {
  readonly exists: number;
  readonly unseen: number;
  readonly octets: number;
}

export class MailboxTable {
  constructor(readonly db: Connection) {}

  byId(id: MailboxId): Mailbox | undefined {
    const row = this.db.row<MailboxRow>(`${SELECT} WHERE id = ?`, id);
    return row && mailboxOf(row);
  }

  find(account: AccountId, name: string): Mailbox | undefined {
    const row = this.db.row<MailboxRow>(
      `${SELECT} WHERE account_id = ? AND name = ?`,
      account,
      name,
    );
    return row && mailboxOf(row);
  }

  /** By name. */
  list(account: AccountId): Mailbox[] {
    return this.db.rows<MailboxRow>(
      `${SELECT} WHERE account_id = ? ORDER BY name`,
      account,
    ).map(mailboxOf);
  }

  count(account: AccountId): number {
    return this.db.row<{ n: number }>(
      "SELECT count(*) AS n FROM mailboxes WHERE account_id = ?",
      account,
    )!.n;
  }

  children(account: AccountId, name: string): Mailbox[] {
    return this.db.rows<MailboxRow>(
      `${SELECT} WHERE account_id = ? AND name > ? AND name < ? ORDER BY name`,
      account,
      `${name}/`,
      `${name}0`, // "0" follows "/"
    ).map(mailboxOf);
  }

  modSeq(id: MailboxId): ModSeq | undefined {
    return this.db.row<{ modSeq: ModSeq }>(
      "SELECT highest_modseq AS modSeq FROM mailboxes WHERE id = ?",
      id,
    )?.modSeq;
  }

  octets(id: MailboxId): number {
    return this.db.row<{ octets: number }>(
      "SELECT octets FROM mailboxes WHERE id = ?",
      id,
    )?.octets ?? 0;
  }

  /** Up to which mod-sequence expunges are no longer on record. */
  forgotten(id: MailboxId): ModSeq {
    return this.db.row<{ forgotten: ModSeq }>(
      "SELECT forgotten_modseq AS forgotten FROM mailboxes WHERE id = ?",
      id,
    )?.forgotten ?? 0 as ModSeq;
  }

  /** A mailbox whose UIDVALIDITY no mailbox of this server ever had. */
  create(mailbox: NewMailbox, nowSeconds: number): MailboxId {
    return this.db.insert(
      `INSERT INTO mailboxes
         (account_id, name, uid_validity, subscribed, selectable, special_use)
       VALUES (?, ?, ?, ?, ?, ?)`,
      mailbox.account,
      mailbox.name,
      this.nextUidValidity(nowSeconds),
      mailbox.subscribed ? 1 : 0,
      mailbox.selectable === false ? 0 : 1,
      mailbox.specialUse ?? null,
    ) as MailboxId;
  }

  nextUidValidity(nowSeconds: number): UidValidity {
    return this.db.row<{ last: UidValidity }>(
      "UPDATE uid_validity SET last = max(last + 1, ?) RETURNING last",
      nowSeconds,
    )!.last;
  }

  /** What comes after this one is larger. */
  passUidValidity(value: UidValidity): void {
    this.db.run("UPDATE uid_validity SET last = max(last, ?)", value);
  }

  /**
   * Takes UIDs for messages that come (RFC 3501 §2.3.1.1) and counts them.
   *
   * @throws {Refusal} `no_target_mailbox` if the mailbox is gone
   */
  grow(
    id: MailboxId,
    added: CounterChange,
  ): { firstUid: Uid; modSeq: ModSeq } {
    const row = this.db.row<{ uidNext: number; modSeq: ModSeq }>(
      `UPDATE mailboxes SET uid_next = uid_next + ?2, highest_modseq = highest_modseq + 1,
         exists_count = exists_count + ?2, unseen_count = unseen_count + ?3,
         octets = octets + ?4
       WHERE id = ?1 RETURNING uid_next AS uidNext, highest_modseq AS modSeq`,
      id,
      added.exists,
      added.unseen,
      added.octets,
    );
    if (!row) throw new Refusal("no_target_mailbox");
    return {
      firstUid: (row.uidNext - added.exists) as Uid,
      modSeq: row.modSeq,
    };
  }

  /** The mod-sequence of a change that adds no message. @throws {Refusal} `no_such_mailbox` */
  touch(id: MailboxId, change: CounterChange): ModSeq {
    const row = this.db.row<{ modSeq: ModSeq }>(
      `UPDATE mailboxes SET highest_modseq = highest_modseq + 1,
         exists_count = exists_count + ?2, unseen_count = unseen_count + ?3,
         octets = octets + ?4
       WHERE id = ?1 RETURNING highest_modseq AS modSeq`,
      id,
      change.exists,
      change.unseen,
      change.octets,
    );
    if (!row) throw new Refusal("no_such_mailbox");
    return row.modSeq;
  }

  setKeywords(id: MailboxId, keywords: readonly string[]): void {
    this.db.run(
      "UPDATE mailboxes SET keywords = ? WHERE id = ?",
      JSON.stringify(keywords),
      id,
    );
  }

  rename(id: MailboxId, name: string): void {
    this.db.run("UPDATE mailboxes SET name = ? WHERE id = ?", name, id);
  }

  setSubscribed(id: MailboxId, subscribed: boolean): void {
    this.db.run(
      "UPDATE mailboxes SET subscribed = ? WHERE id = ?",
      subscribed ? 1 : 0,
      id,
    );
  }

  setSelectable(id: MailboxId, selectable: boolean): void {
    this.db.run(
      "UPDATE mailboxes SET selectable = ? WHERE id = ?",
      selectable ? 1 : 0,
      id,
    );
  }

  setUidNext(id: MailboxId, uid: Uid): void {
    this.db.run("UPDATE mailboxes SET uid_next = ? WHERE id = ?", uid, id);
  }

  setUidValidity(id: MailboxId, value: UidValidity): void {
    this.db.run(
      "UPDATE mailboxes SET uid_validity = ? WHERE id = ?",
      value,
      id,
    );
  }

  setSpecialUse(id: MailboxId, use: SpecialUse | undefined): void {
    this.db.run(
      "UPDATE mailboxes SET special_use = ? WHERE id = ?",
      use ?? null,
      id,
    );
  }

  setForgotten(id: MailboxId, modSeq: ModSeq): void {
    this.db.run(
      "UPDATE mailboxes SET forgotten_modseq = ? WHERE id = ?",
      modSeq,
      id,
    );
  }

  /** What neither is a mailbox nor has one below it, and has no subscription. */
  removeBareNames(account: AccountId): void {
    this.db.run(
      `DELETE FROM mailboxes AS bare
       WHERE account_id = ? AND selectable = 0 AND subscribed = 0
         AND NOT EXISTS (
           SELECT 1 FROM mailboxes AS below
           WHERE below.account_id = bare.account_id AND below.selectable = 1
             AND below.name > bare.name || '/' AND below.name < bare.name || '0')`,
      account,
    );
  }

  remove(id: MailboxId): void {
    this.db.run("DELETE FROM mailboxes WHERE id = ?", id);
  }
}
