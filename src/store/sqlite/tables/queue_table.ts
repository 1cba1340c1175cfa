/** Messages that wait to be sent. @module */
import type { AccountId, BlobId, QueueId } from "../../../base/ids.ts";
import type { DelayPlace, OutboundMessage, QueueOrigin } from "../../queue.ts";
import { type Connection, withoutNulls } from "../database/connection.ts";

export interface NewQueued {
  readonly outbound: OutboundMessage;
  readonly mailId: string;
  readonly blob: BlobId | undefined;
  readonly sizeOctets: number;
  readonly queuedAt: number;
  readonly expiresAt: number;
}

export interface QueueMessage {
  readonly id: QueueId;
  readonly mailId: string;
  readonly reversePath: string;
  readonly origin: QueueOrigin;
  readonly account?: AccountId;
  /** As the sender has it, for reports. */
  readonly messageId: string;
  /** Absent when nobody is to get it any more. */
  readonly blob?: BlobId;
  readonly sizeOctets: number;
  readonly prefix: Uint8Array;
  readonly bodyHash?: string;
  readonly eightBit: boolean;
  readonly utf8: boolean;
  readonly queuedAt: number;
  readonly expiresAt: number;
}

interface QueueMessageRow extends Omit<QueueMessage, "eightBit" | "utf8"> {
  readonly eightBit: number;
  readonly utf8: number;
}

export interface QueueTotals {
  readonly messages: number;
  readonly octets: number;
  readonly last?: QueueId;
}

export interface QueueFirst {
  /** Of the message that came first: seconds since 1970 UTC. */
  readonly oldestQueuedAt?: number;
  readonly firstExpiresAt?: number;
}

const COLUMNS = `id, mail_id AS mailId, reverse_path AS reversePath, origin,
  account_id AS account, message_id AS messageId, blob_id AS blob,
  size AS sizeOctets, prefix, body_hash AS bodyHash, eight_bit AS eightBit,
  utf8, queued_at AS queuedAt, expires_at AS expiresAt`;

const NOTHING = new Uint8Array();

/** A header field can be long; a line of a report cannot. */
const MAX_ID_LENGTH = 900;

export class QueueTable {
  constructor(readonly db: Connection) {}

  insert(message: NewQueued): QueueId {
    const { outbound } = message;
    return this.db.insert(
      `INSERT INTO queue_messages (mail_id, reverse_path, origin, account_id,
         message_id, blob_id, size, prefix, body_hash, eight_bit, utf8,
         queued_at, expires_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      message.mailId,
      outbound.reversePath,
      outbound.origin,
      outbound.account ?? null,
      (outbound.givenMessageId ?? outbound.messageId).slice(0, MAX_ID_LENGTH),
      message.blob ?? null,
      message.sizeOctets,
      outbound.prefix ?? NOTHING,
      outbound.bodyHash ?? null,
      outbound.eightBit ? 1 : 0,
      outbound.utf8 ? 1 : 0,
      message.queuedAt,
      message.expiresAt,
    ) as QueueId;
  }

  find(id: QueueId): QueueMessage | undefined {
    const row = this.db.row<QueueMessageRow>(
      `SELECT ${COLUMNS} FROM queue_messages WHERE id = ?`,
      id,
    );
    if (!row) return undefined;
    const { eightBit, utf8 } = row;
    return {
      ...withoutNulls(row),
      eightBit: eightBit === 1,
      utf8: utf8 === 1,
    };
  }

  /** Whether somebody here is told of its failures. */
  hasSender(id: QueueId): boolean {
    return (this.db.row<{ account: number | null }>(
      "SELECT account_id AS account FROM queue_messages WHERE id = ?",
      id,
    )?.account ?? undefined) !== undefined;
  }

  blob(id: QueueId): BlobId | undefined {
    return this.db.row<{ blob: BlobId | null }>(
      "SELECT blob_id AS blob FROM queue_messages WHERE id = ?",
      id,
    )?.blob ?? undefined;
  }

  /** Nobody is to get it any more. */
  forgetContent(id: QueueId): void {
    this.db.run(
      "UPDATE queue_messages SET blob_id = NULL, prefix = ? WHERE id = ?",
      NOTHING,
      id,
    );
  }

  remove(id: QueueId): void {
    this.db.run("DELETE FROM queue_messages WHERE id = ?", id);
  }

  ofAccount(account: AccountId, limit: number): QueueId[] {
    return this.db.column(
      "SELECT id FROM queue_messages WHERE account_id = ? LIMIT ? + 0",
      account,
      limit,
    ) as QueueId[];
  }

  /** Out of time, with somebody who waits and whom nobody is trying. */
  expired(livedSeconds: number, limit: number): QueueId[] {
    return this.db.column(
      `SELECT id FROM queue_messages WHERE expires_at <= ?1 AND EXISTS (
         SELECT 1 FROM queue_recipients
         WHERE queue_id = id AND state = 'waiting'
           AND (lease IS NULL OR due_at <= ?1))
       LIMIT ?2 + 0`,
      livedSeconds,
      limit,
    ) as QueueId[];
  }

  /** With a sender and somebody who waits, after one in the order of their ends. */
  ending(
    { expiresAt, message }: DelayPlace,
    until: number,
    limit: number,
  ): QueueId[] {
    return this.db.column(
      `SELECT id FROM queue_messages
       WHERE (expires_at, id) > (?, ?) AND expires_at <= ?
         AND account_id IS NOT NULL AND EXISTS (
           SELECT 1 FROM queue_recipients
           WHERE queue_id = id AND state = 'waiting')
       ORDER BY expires_at, id LIMIT ? + 0`,
      expiresAt,
      message,
      until,
      limit,
    ) as QueueId[];
  }

  /** Of so many messages after one. */
  totals(after: QueueId, limit: number): QueueTotals {
    return withoutNulls(
      this.db.row<QueueTotals>(
        `SELECT count(*) AS messages, coalesce(sum(size), 0) AS octets,
           max(id) AS last
         FROM (SELECT id, size FROM queue_messages WHERE id > ?
           ORDER BY id LIMIT ? + 0)`,
        after,
        limit,
      )!,
    );
  }

  first(): QueueFirst {
    return withoutNulls(
      this.db.row<QueueFirst>(
        `SELECT (SELECT queued_at FROM queue_messages ORDER BY id LIMIT 1)
             AS oldestQueuedAt,
           (SELECT min(expires_at) FROM queue_messages) AS firstExpiresAt`,
      )!,
    );
  }
}
