/**
 * Where queued mail goes: when each destination is to be looked at, and whether
 * it could be reached. A row is there while mail waits for it, or it is held.
 *
 * @module
 */
import type { QueueDestination } from "../../queue.ts";
import { type Connection, withoutNulls } from "../database/connection.ts";

export interface DueDestination {
  readonly destination: string;
  readonly failStreak: number;
}

interface DestinationRow
  extends Omit<QueueDestination, "held" | "retryInSeconds" | "last"> {
  readonly held: number;
  readonly retryAt: number;
  readonly wakeAt?: number;
}

/** The first parameter is the time now. */
const COLUMNS = `destination, held, fail_streak AS failStreak,
  retry_at AS retryAt, wake_at AS wakeAt, last_error AS lastError,
  (SELECT count(*) FROM queue_recipients r
   WHERE r.destination = d.destination
     AND r.state IN ('held', 'waiting')) AS recipients,
  (SELECT count(*) FROM queue_recipients r
   WHERE r.destination = d.destination AND r.state = 'waiting'
     AND r.due_at > ?1 AND r.lease IS NOT NULL) AS leased`;

export class QueueDestinationTable {
  constructor(readonly db: Connection) {}

  /** New mail for it. */
  wake(destination: string, dueAt: number): void {
    this.db.run(
      `INSERT INTO queue_destinations (destination, wake_at) VALUES (?1, ?2)
       ON CONFLICT (destination) DO UPDATE SET wake_at = iif(held = 1, NULL,
         max(retry_at, min(coalesce(wake_at, ?2), ?2)))`,
      destination,
      dueAt,
    );
  }

  /** After its mail has changed. */
  refresh(destination: string): void {
    this.db.run(
      `DELETE FROM queue_destinations WHERE destination = ?1 AND held = 0
         AND NOT EXISTS (SELECT 1 FROM queue_recipients
           WHERE destination = ?1 AND state IN ('held', 'waiting'))`,
      destination,
    );
    this.db.run(
      `UPDATE queue_destinations SET wake_at = iif(held = 1, NULL,
         max(retry_at, (SELECT min(due_at) FROM queue_recipients
           WHERE destination = ?1 AND state = 'waiting')))
       WHERE destination = ?1`,
      destination,
    );
  }

  /** Those that have had fewest turns first. */
  due(livedSeconds: number, limit: number): DueDestination[] {
    return this.db.rows<DueDestination>(
      `SELECT destination, fail_streak AS failStreak FROM queue_destinations
       WHERE wake_at <= ? ORDER BY wake_at, turns LIMIT ? + 0`,
      livedSeconds,
      limit,
    );
  }

  /** Without those that could not be reached. */
  dueReached(livedSeconds: number, limit: number): DueDestination[] {
    return this.db.rows<DueDestination>(
      `SELECT destination, fail_streak AS failStreak FROM queue_destinations
       WHERE wake_at <= ? AND fail_streak = 0
       ORDER BY wake_at, turns LIMIT ? + 0`,
      livedSeconds,
      limit,
    );
  }

  /** Those that have had no turn yet, whose mail came last. */
  dueNewest(livedSeconds: number, limit: number): DueDestination[] {
    return this.db.rows<DueDestination>(
      `SELECT destination, fail_streak AS failStreak FROM queue_destinations
       WHERE wake_at <= ? AND turns = 0 AND fail_streak = 0
       ORDER BY wake_at DESC LIMIT ? + 0`,
      livedSeconds,
      limit,
    );
  }

  dueOne(name: string, livedSeconds: number): DueDestination | undefined {
    return this.db.row<DueDestination>(
      `SELECT destination, fail_streak AS failStreak FROM queue_destinations
       WHERE destination = ? AND wake_at <= ?`,
      name,
      livedSeconds,
    );
  }

  find(destination: string): { failStreak: number; held: number } | undefined {
    return this.db.row(
      `SELECT fail_streak AS failStreak, held
       FROM queue_destinations WHERE destination = ?`,
      destination,
    );
  }

  takeTurns(destination: string, count: number): void {
    this.db.run(
      "UPDATE queue_destinations SET turns = turns + ? WHERE destination = ?",
      count,
      destination,
    );
  }

  /** The earliest ones to be looked at. */
  next(limit: number): { destination: string; wakeAt: number }[] {
    return this.db.rows(
      `SELECT destination, wake_at AS wakeAt FROM queue_destinations
       WHERE wake_at IS NOT NULL ORDER BY wake_at, turns LIMIT ? + 0`,
      limit,
    );
  }

  reached(destination: string): void {
    this.db.run(
      `UPDATE queue_destinations SET fail_streak = 0, retry_at = 0, last_error = NULL
       WHERE destination = ? AND (fail_streak > 0 OR retry_at > 0)`,
      destination,
    );
  }

  unreached(destination: string, retryAt: number, error: string): void {
    this.db.run(
      `UPDATE queue_destinations
       SET fail_streak = fail_streak + 1, retry_at = ?, last_error = ?
       WHERE destination = ?`,
      retryAt,
      error,
      destination,
    );
  }

  hold(destination: string): void {
    this.db.run(
      `INSERT INTO queue_destinations (destination, held) VALUES (?, 1)
       ON CONFLICT (destination) DO UPDATE SET held = 1, wake_at = NULL`,
      destination,
    );
  }

  release(destination: string): boolean {
    return this.db.run(
      "UPDATE queue_destinations SET held = 0 WHERE destination = ? AND held = 1",
      destination,
    ) > 0;
  }

  held(): string[] {
    return this.#names("held = 1");
  }

  /** Those that could not be reached. */
  failing(): string[] {
    return this.#names("fail_streak > 0 OR retry_at > 0");
  }

  /** What is due begins between these two times. */
  spread(livedSeconds: number, from: number, to: number): void {
    this.db.run(
      `UPDATE queue_destinations
       SET wake_at = ?2 + abs(random() % (?3 - ?2 + 1))
       WHERE wake_at <= max(?1, ?2)`,
      livedSeconds,
      from,
      to,
    );
  }

  page(
    after: string,
    limit: number,
    livedSeconds: number,
  ): QueueDestination[] {
    return this.db.rows<DestinationRow>(
      `SELECT ${COLUMNS} FROM queue_destinations d WHERE destination > ?2
       ORDER BY destination LIMIT ?3 + 0`,
      livedSeconds,
      after,
      limit,
    ).map((row) => shownDestination(row, livedSeconds));
  }

  one(name: string, livedSeconds: number): QueueDestination | undefined {
    const row = this.db.row<DestinationRow>(
      `SELECT ${COLUMNS} FROM queue_destinations d WHERE destination = ?2`,
      livedSeconds,
      name,
    );
    return row && shownDestination(row, livedSeconds);
  }

  /** How many are held, and how many were not reached so many times. */
  counts(times: number): { held: number; unreached: number } {
    return this.db.row<{ held: number; unreached: number }>(
      `SELECT coalesce(sum(held), 0) AS held,
         coalesce(sum(fail_streak >= ?), 0) AS unreached
       FROM queue_destinations`,
      times,
    )!;
  }

  #names(where: string): string[] {
    return this.db.rows<{ destination: string }>(
      `SELECT destination FROM queue_destinations WHERE ${where}`,
    ).map(({ destination }) => destination);
  }
}

function shownDestination(
  row: DestinationRow,
  livedSeconds: number,
): QueueDestination {
  const { held, retryAt, wakeAt, ...rest } = withoutNulls(row);
  const retryInSeconds = retryAt - livedSeconds;
  return {
    ...rest,
    held: held === 1,
    ...(retryInSeconds > 0 && { retryInSeconds }),
    ...(wakeAt !== undefined && {
      nextInSeconds: Math.max(0, wakeAt - livedSeconds),
    }),
  };
}
