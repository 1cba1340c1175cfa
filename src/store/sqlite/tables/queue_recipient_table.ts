/**
 * Recipients of queued messages, a row each. `due_at` says of one that waits
 * when its turn is, or when its lease ends; of one that has failed, since when.
 *
 * @module
 */
import type { QueueId } from "../../../base/ids.ts";
import type { Address } from "../../../mail/address.ts";
import type { DeliveryNote, QueueCursor, QueueSelection } from "../../queue.ts";
import { type Connection, withoutNulls } from "../database/connection.ts";

export interface QueueRow {
  readonly queueId: QueueId;
  readonly n: number;
  readonly address: Address;
  readonly destination: string;
  readonly state: "waiting" | "held" | "failed";
  readonly dueAt: number;
  readonly lease?: string;
  readonly attempts: number;
  /** Seconds since 1970 UTC. */
  readonly triedAt?: number;
  readonly note?: DeliveryNote;
}

interface FlatRow extends Omit<QueueRow, "note"> {
  readonly status?: string;
  readonly text?: string;
  readonly code?: number;
  readonly transport?: string;
  readonly host?: string;
}

export interface NewRow {
  readonly n: number;
  readonly address: Address;
  readonly destination: string;
  readonly state: "waiting" | "failed";
  readonly dueAt: number;
  readonly note?: DeliveryNote;
}

/** What is to be known of an attempt, and what comes next. */
export interface RowChange {
  readonly state: QueueRow["state"];
  readonly dueAt: number;
  readonly attempts: number;
  readonly triedAt?: number;
  readonly note?: DeliveryNote;
}

/** What is done to all rows that are selected, in steps. */
export type QueueAction = "hold" | "release" | "retry" | "remove" | "fail";

export interface SelectionStep {
  readonly after: QueueCursor;
  readonly livedSeconds: number;
  readonly limit: number;
}

const NEVER = Number.MIN_SAFE_INTEGER;

/** Which rows an action changes: none of them afterwards. */
const CONCERNED: Readonly<Record<QueueAction, string>> = {
  hold: "state = 'waiting'",
  release: "state = 'held'",
  retry: "state = 'waiting' AND lease IS NULL",
  remove: "state IN ('failed', 'held', 'waiting')",
  fail: "state IN ('held', 'waiting')",
};

const COLUMNS = `queue_id AS queueId, n, address, destination, state,
  due_at AS dueAt, lease, attempts, tried_at AS triedAt, status, text, code,
  transport, host`;

/** Those that wait and were tried before are told apart. */
export type CountedState = QueueRow["state"] | "deferred";

export class QueueRecipientTable {
  constructor(readonly db: Connection) {}

  insert(id: QueueId, row: NewRow): void {
    this.db.run(
      `INSERT INTO queue_recipients (queue_id, n, address, destination, state,
         due_at, status, text, code, transport, host)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      id,
      row.n,
      row.address,
      row.destination,
      row.state,
      row.dueAt,
      ...noteValues(row.note),
    );
  }

  find(id: QueueId, n: number): QueueRow | undefined {
    return this.#rows("queue_id = ? AND n = ?", id, n)[0];
  }

  of(id: QueueId): QueueRow[] {
    return this.#rows("queue_id = ? ORDER BY n", id);
  }

  /** Ends a lease, whoever had it. */
  change({ queueId, n }: QueueRow, change: RowChange): void {
    this.db.run(
      `UPDATE queue_recipients SET lease = NULL, state = ?, due_at = ?,
         attempts = ?, tried_at = ?, status = ?, text = ?, code = ?,
         transport = ?, host = ?
       WHERE queue_id = ? AND n = ?`,
      change.state,
      change.dueAt,
      change.attempts,
      change.triedAt ?? null,
      ...noteValues(change.note),
      queueId,
      n,
    );
  }

  lease({ queueId, n }: QueueRow, holder: string, until: number): void {
    this.db.run(
      "UPDATE queue_recipients SET lease = ?, due_at = ? WHERE queue_id = ? AND n = ?",
      holder,
      until,
      queueId,
      n,
    );
  }

  setState({ queueId, n }: QueueRow, state: "waiting" | "held"): void {
    this.db.run(
      "UPDATE queue_recipients SET state = ? WHERE queue_id = ? AND n = ?",
      state,
      queueId,
      n,
    );
  }

  setDue({ queueId, n }: QueueRow, dueAt: number): void {
    this.db.run(
      "UPDATE queue_recipients SET due_at = ? WHERE queue_id = ? AND n = ?",
      dueAt,
      queueId,
      n,
    );
  }

  remove({ queueId, n }: QueueRow): void {
    this.db.run(
      "DELETE FROM queue_recipients WHERE queue_id = ? AND n = ?",
      queueId,
      n,
    );
  }

  /** In the order in which they are to be tried. */
  due(destination: string, livedSeconds: number, limit: number): QueueRow[] {
    return this.#rows(
      `destination = ? AND state = 'waiting' AND due_at <= ?
       ORDER BY due_at, queue_id, n LIMIT ? + 0`,
      destination,
      livedSeconds,
      limit,
    );
  }

  /** Who is to be tried first. */
  next(destination: string): QueueRow | undefined {
    return this.#rows(
      `destination = ? AND state = 'waiting'
       ORDER BY due_at, queue_id, n LIMIT 1`,
      destination,
    )[0];
  }

  /** Those of one message. */
  dueOf(id: QueueId, destination: string, livedSeconds: number): QueueRow[] {
    return this.#rows(
      `queue_id = ? AND destination = ? AND state = 'waiting' AND due_at <= ?
       ORDER BY n`,
      id,
      destination,
      livedSeconds,
    );
  }

  /** Whom nobody is trying now, due or not. */
  waiting(
    destination: string,
    livedSeconds: number,
    limit: number,
  ): QueueRow[] {
    return this.#rows(
      `destination = ? AND state = 'waiting' AND (lease IS NULL OR due_at <= ?)
       ORDER BY queue_id, n LIMIT ? + 0`,
      destination,
      livedSeconds,
      limit,
    );
  }

  leasedTo(holder: string): QueueRow[] {
    return this.#rows("lease = ?", holder);
  }

  failed(id: QueueId): QueueRow[] {
    return this.#rows("queue_id = ? AND state = 'failed' ORDER BY n", id);
  }

  /** Messages that have some, after one. */
  messagesWithFailed(after: QueueId, limit: number): QueueId[] {
    return this.db.column(
      `SELECT DISTINCT queue_id FROM queue_recipients
       WHERE state = 'failed' AND queue_id > ? ORDER BY queue_id LIMIT ? + 0`,
      after,
      limit,
    ) as QueueId[];
  }

  /** How many may still get it, and how many there are at all. */
  counts(id: QueueId): { waiting: number; all: number } {
    return this.db.row<{ waiting: number; all: number }>(
      `SELECT count(*) AS "all", coalesce(sum(state <> 'failed'), 0) AS waiting
       FROM queue_recipients WHERE queue_id = ?`,
      id,
    )!;
  }

  countWaiting(destination: string): number {
    return this.db.row<{ n: number }>(
      `SELECT count(*) AS n FROM queue_recipients
       WHERE destination = ? AND state = 'waiting'`,
      destination,
    )!.n;
  }

  /**
   * Of the messages after one, up to another. What waits for a destination that
   * is held counts as held, unless it is being tried.
   */
  byState(
    after: QueueId,
    last: QueueId,
    livedSeconds: number,
  ): Map<CountedState, number> {
    return new Map(
      this.db.rows<{ state: CountedState; n: number }>(
        `SELECT CASE
             WHEN state = 'waiting' AND (lease IS NULL OR due_at <= ?)
               AND destination IN (SELECT destination FROM queue_destinations
                 WHERE held = 1) THEN 'held'
             WHEN state = 'waiting' AND attempts > 0 THEN 'deferred'
             ELSE state END AS state, count(*) AS n
         FROM queue_recipients
         WHERE queue_id > ? AND queue_id <= ? GROUP BY 1`,
        livedSeconds,
        after,
        last,
      ).map(({ state, n }) => [state, n]),
    );
  }

  /** By message, all after one. */
  page({ message, n }: QueueCursor, limit: number): QueueRow[] {
    return this.#rows(
      "(queue_id, n) > (?, ?) ORDER BY queue_id, n LIMIT ? + 0",
      message,
      n,
      limit,
    );
  }

  /**
   * Some of those that an admin's word is about, after one. Of a destination,
   * where that would need sorting, those that have not been changed yet.
   */
  selected(
    action: QueueAction,
    selection: QueueSelection,
    { after, livedSeconds, limit }: SelectionStep,
  ): QueueRow[] {
    const concerned = CONCERNED[action];
    switch (selection.kind) {
      case "all":
        return this.#rows(
          `${concerned} AND (queue_id, n) > (?, ?) ORDER BY queue_id, n LIMIT ? + 0`,
          after.message,
          after.n,
          limit,
        );
      case "message":
        return this.#rows(
          `${concerned} AND queue_id = ? AND n > ? AND n = coalesce(?, n)
           ORDER BY n LIMIT ? + 0`,
          selection.message,
          after.n,
          selection.n ?? null,
          limit,
        );
      case "destination":
        return this.#rows(
          `${concerned} AND destination = ? AND due_at > ? LIMIT ? + 0`,
          selection.destination,
          action === "retry" ? livedSeconds : NEVER,
          limit,
        );
    }
  }

  #rows(where: string, ...values: (string | number | null)[]): QueueRow[] {
    return this.db.rows<FlatRow>(
      `SELECT ${COLUMNS} FROM queue_recipients WHERE ${where}`,
      ...values,
    ).map((row) => {
      const { status, text, code, transport, host, ...rest } = withoutNulls(
        row,
      );
      if (status === undefined) return rest;
      const note = {
        status,
        text: text ?? "",
        ...(code !== undefined && { code }),
        ...(transport !== undefined && { transport }),
        ...(host !== undefined && { host }),
      };
      return { ...rest, note };
    });
  }
}

function noteValues(note: DeliveryNote | undefined) {
  return [
    note?.status ?? null,
    note?.text ?? null,
    note?.code ?? null,
    note?.transport ?? null,
    note?.host ?? null,
  ] as const;
}
