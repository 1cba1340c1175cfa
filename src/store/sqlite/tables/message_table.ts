/** The messages table and the record of what was expunged. @module */
import type {
  AccountId,
  BlobId,
  MailboxId,
  ModSeq,
  Uid,
} from "../../../base/ids.ts";
import type { FlagState, MessageRow, UidRange } from "../../../mail/mailbox.ts";
import type { Connection } from "../database/connection.ts";

/** What is needed to take a message out. */
export interface StoredMessage {
  readonly uid: Uid;
  readonly blob: BlobId;
  readonly sizeOctets: number;
  readonly flags: number;
}

/** A message with the mailbox it is in. */
export interface PlacedMessage extends StoredMessage {
  readonly mailbox: MailboxId;
  readonly arrivedAt: number;
}

/** All of a row. */
export interface MessageRecord extends MessageRow {
  readonly blob: BlobId;
}

const ROW = `uid, size AS sizeOctets, arrived_at AS arrivedAt,
  internal_at AS internalDate, flags, keywords, modseq AS modSeq`;

export class MessageTable {
  constructor(readonly db: Connection) {}

  /** Ascending by UID. */
  rows(mailbox: MailboxId, range: UidRange, limit: number): MessageRow[] {
    return this.db.rows<MessageRow>(
      `SELECT ${ROW} FROM messages
       WHERE mailbox_id = ? AND uid BETWEEN ? AND ? ORDER BY uid LIMIT ? + 0`,
      mailbox,
      range.first,
      range.last,
      limit,
    );
  }

  /** Ascending by UID. */
  range(mailbox: MailboxId, range: UidRange, limit: number): MessageRecord[] {
    return this.db.rows<MessageRecord>(
      `SELECT ${ROW}, blob_id AS blob FROM messages
       WHERE mailbox_id = ? AND uid BETWEEN ? AND ? ORDER BY uid LIMIT ? + 0`,
      mailbox,
      range.first,
      range.last,
      limit,
    );
  }

  /** Those with \Deleted, ascending by UID. */
  deleted(
    mailbox: MailboxId,
    range: UidRange,
    limit: number,
  ): StoredMessage[] {
    return this.db.rows<StoredMessage>(
      `SELECT uid, blob_id AS blob, size AS sizeOctets, flags
       FROM messages INDEXED BY messages_deleted
       WHERE mailbox_id = ? AND uid BETWEEN ? AND ? AND flags & 8 = 8
       ORDER BY uid LIMIT ? + 0`,
      mailbox,
      range.first,
      range.last,
      limit,
    );
  }

  octetsIn(mailbox: MailboxId, range: UidRange): number {
    return this.db.row<{ octets: number }>(
      `SELECT coalesce(sum(size), 0) AS octets FROM messages
       WHERE mailbox_id = ? AND uid BETWEEN ? AND ?`,
      mailbox,
      range.first,
      range.last,
    )!.octets;
  }

  countDeleted(mailbox: MailboxId): number {
    return this.db.row<{ n: number }>(
      `SELECT count(*) AS n FROM messages INDEXED BY messages_deleted
       WHERE mailbox_id = ? AND flags & 8 = 8`,
      mailbox,
    )!.n;
  }

  firstUnseen(mailbox: MailboxId): Uid | undefined {
    return this.db.row<{ uid: Uid }>(
      `SELECT uid FROM messages INDEXED BY messages_unseen
       WHERE mailbox_id = ? AND flags & 1 = 0 ORDER BY uid LIMIT 1`,
      mailbox,
    )?.uid;
  }

  countBefore(mailbox: MailboxId, uid: Uid): number {
    return this.db.row<{ n: number }>(
      "SELECT count(*) AS n FROM messages WHERE mailbox_id = ? AND uid < ?",
      mailbox,
      uid,
    )!.n;
  }

  insert(mailbox: MailboxId, message: MessageRecord): void {
    this.db.run(
      `INSERT INTO messages
         (mailbox_id, uid, blob_id, size, arrived_at, internal_at, flags, keywords, modseq)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      mailbox,
      message.uid,
      message.blob,
      message.sizeOctets,
      message.arrivedAt,
      message.internalDate,
      message.flags,
      message.keywords,
      message.modSeq,
    );
  }

  setFlags(mailbox: MailboxId, state: FlagState): void {
    this.db.run(
      `UPDATE messages SET flags = ?, keywords = ?, modseq = ?
       WHERE mailbox_id = ? AND uid = ?`,
      state.flags,
      state.keywords,
      state.modSeq,
      mailbox,
      state.uid,
    );
  }

  blob(mailbox: MailboxId, uid: Uid): BlobId | undefined {
    return this.db.row<{ blob: BlobId }>(
      "SELECT blob_id AS blob FROM messages WHERE mailbox_id = ? AND uid = ?",
      mailbox,
      uid,
    )?.blob;
  }

  /** One message as removal needs it. */
  placed(
    mailbox: MailboxId,
    uid: Uid,
  ): (PlacedMessage & { readonly fetched: number }) | undefined {
    return this.db.row(
      `SELECT mailbox_id AS mailbox, uid, blob_id AS blob, size AS sizeOctets, flags,
         arrived_at AS arrivedAt, fetched
       FROM messages WHERE mailbox_id = ? AND uid = ?`,
      mailbox,
      uid,
    );
  }

  /** False if it was before, or the message is gone. */
  setFetched(mailbox: MailboxId, uid: Uid): boolean {
    return this.db.run(
      `UPDATE messages SET fetched = 1
       WHERE mailbox_id = ? AND uid = ? AND fetched = 0`,
      mailbox,
      uid,
    ) > 0;
  }

  remove(mailbox: MailboxId, uid: Uid): void {
    this.db.run(
      "DELETE FROM messages WHERE mailbox_id = ? AND uid = ?",
      mailbox,
      uid,
    );
  }

  /** Oldest first, in all mailboxes of an account. */
  oldest(account: AccountId, limit: number): PlacedMessage[] {
    return this.db.rows<PlacedMessage>(
      `SELECT mailbox_id AS mailbox, uid, blob_id AS blob, size AS sizeOctets, flags,
         arrived_at AS arrivedAt
       FROM messages
       WHERE mailbox_id IN (SELECT id FROM mailboxes WHERE account_id = ?)
       ORDER BY +arrived_at LIMIT ? + 0`, // "+": not along the index over everybody's mail
      account,
      limit,
    );
  }

  /** Any of an account's messages, mailbox by mailbox. */
  some(account: AccountId, limit: number): PlacedMessage[] {
    return this.db.rows<PlacedMessage>(
      `SELECT mailbox_id AS mailbox, uid, blob_id AS blob, size AS sizeOctets, flags,
         arrived_at AS arrivedAt
       FROM messages
       WHERE mailbox_id IN (SELECT id FROM mailboxes WHERE account_id = ?) LIMIT ? + 0`,
      account,
      limit,
    );
  }

  changedSince(mailbox: MailboxId, modSeq: ModSeq): FlagState[] {
    const changed = this.db.rows<FlagState>(
      `SELECT uid, flags, keywords, modseq AS modSeq
       FROM messages INDEXED BY messages_by_modseq
       WHERE mailbox_id = ? AND modseq > ?`,
      mailbox,
      modSeq,
    );
    return changed.sort((a, b) => a.uid - b.uid);
  }

  /** uid * 32 + flags, ascending: one number a row is what makes this fast. */
  packedStates(mailbox: MailboxId): number[] {
    return this.db.column(
      "SELECT uid * 32 + flags FROM messages WHERE mailbox_id = ? ORDER BY uid",
      mailbox,
    );
  }

  /** Ascending by UID. */
  keywords(mailbox: MailboxId): number[] {
    return this.db.column(
      "SELECT keywords FROM messages WHERE mailbox_id = ? ORDER BY uid",
      mailbox,
    );
  }

  uids(mailbox: MailboxId): Uid[] {
    return this.db.column(
      "SELECT uid FROM messages WHERE mailbox_id = ? ORDER BY uid",
      mailbox,
    ) as Uid[];
  }

  recordExpunge(
    mailbox: MailboxId,
    modSeq: ModSeq,
    uid: Uid,
    nowSeconds: number,
  ): void {
    this.db.run(
      "INSERT INTO expunged (mailbox_id, modseq, uid, expunged_at) VALUES (?, ?, ?, ?)",
      mailbox,
      modSeq,
      uid,
      nowSeconds,
    );
  }

  expungedSince(mailbox: MailboxId, modSeq: ModSeq): Uid[] {
    return this.db.column(
      "SELECT uid FROM expunged WHERE mailbox_id = ? AND modseq > ?",
      mailbox,
      modSeq,
    ).sort((a, b) => a - b) as Uid[];
  }

  /** Numbers all messages from 1 on; gives how many there are. */
  renumber(mailbox: MailboxId): number {
    this.db.run(
      `UPDATE messages SET uid = -n
       FROM (SELECT uid AS old, row_number() OVER (ORDER BY uid) AS n
             FROM messages WHERE mailbox_id = ?1)
       WHERE mailbox_id = ?1 AND uid = old`,
      mailbox,
    );
    return this.db.run(
      "UPDATE messages SET uid = -uid WHERE mailbox_id = ?",
      mailbox,
    );
  }

  forgetExpunged(mailbox: MailboxId): void {
    this.db.run("DELETE FROM expunged WHERE mailbox_id = ?", mailbox);
  }
}
