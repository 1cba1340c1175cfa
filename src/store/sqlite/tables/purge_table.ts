/** Messages that were read, and when they are to be deleted for it. @module */
import type { MailboxId, Uid } from "../../../base/ids.ts";
import type { Connection } from "../database/connection.ts";

export interface DueMessage {
  readonly mailbox: MailboxId;
  readonly uid: Uid;
}

export class PurgeTable {
  constructor(readonly db: Connection) {}

  /** The first time counts. */
  put(mailbox: MailboxId, uid: Uid, dueAt: number): void {
    this.db.run(
      "INSERT OR IGNORE INTO purge_due (mailbox_id, uid, due_at) VALUES (?, ?, ?)",
      mailbox,
      uid,
      dueAt,
    );
  }

  has(mailbox: MailboxId, uid: Uid): boolean {
    return this.db.row(
      "SELECT 1 FROM purge_due WHERE mailbox_id = ? AND uid = ?",
      mailbox,
      uid,
    ) !== undefined;
  }

  /** No message waits longer than one that is read now. */
  noLaterThan(dueAt: number): void {
    this.db.run("UPDATE purge_due SET due_at = ?1 WHERE due_at > ?1", dueAt);
  }

  /** Their messages may be gone. */
  due(livedSeconds: number, limit: number): DueMessage[] {
    return this.db.rows<DueMessage>(
      `SELECT mailbox_id AS mailbox, uid FROM purge_due WHERE due_at <= ?
       ORDER BY due_at LIMIT ? + 0`,
      livedSeconds,
      limit,
    );
  }

  remove({ mailbox, uid }: DueMessage): void {
    this.db.run(
      "DELETE FROM purge_due WHERE mailbox_id = ? AND uid = ?",
      mailbox,
      uid,
    );
  }

  /** Its UIDs mean other messages from now on. */
  forget(mailbox: MailboxId): void {
    this.db.run("DELETE FROM purge_due WHERE mailbox_id = ?", mailbox);
  }

  clear(): void {
    this.db.run("DELETE FROM purge_due");
  }
}
