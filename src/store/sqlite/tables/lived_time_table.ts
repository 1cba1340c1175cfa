/** How far time has come, and what carries a date later than that. @module */
import type { ClockMark } from "../../../base/lived_clock.ts";
import type { Connection } from "../database/connection.ts";

const SECONDS_PER_DAY = 86_400;

export class LivedTimeTable {
  constructor(readonly db: Connection) {}

  mark(): ClockMark | undefined {
    return this.db.row<ClockMark>(
      "SELECT lived_at AS livedSeconds, wall_at AS wallSeconds FROM lived_time",
    );
  }

  /** Time does not go back, whoever says so. */
  keep({ livedSeconds, wallSeconds }: ClockMark): void {
    this.db.run(
      `INSERT INTO lived_time (only_row, lived_at, wall_at) VALUES (1, ?, ?)
       ON CONFLICT (only_row) DO UPDATE
       SET lived_at = max(lived_at, excluded.lived_at), wall_at = excluded.wall_at`,
      livedSeconds,
      wallSeconds,
    );
  }

  /** The latest date in a database that has no mark yet, seconds since 1970 UTC. */
  newest(): number | undefined {
    return this.db.row<{ newest: number | null }>(
      `SELECT max(at) AS newest FROM (
         SELECT max(arrived_at) AS at FROM messages
         UNION ALL SELECT max(created_at) FROM accounts
         UNION ALL SELECT max(last_login_day) * ? FROM accounts WHERE pinned = 0
         UNION ALL SELECT max(started_at) FROM task_runs
         UNION ALL SELECT max(updated_at) FROM settings)`,
      SECONDS_PER_DAY,
    )!.newest ?? undefined;
  }

  /** What is later than now was written by a wrong clock: from here on it ages as if it were new. */
  settleFuture(livedSeconds: number): void {
    const day = Math.floor(livedSeconds / SECONDS_PER_DAY);
    const { db } = this;
    db.run(
      "UPDATE messages SET arrived_at = ?1 WHERE arrived_at > ?1",
      livedSeconds,
    );
    db.run(
      "UPDATE push_tokens SET updated_at = ?1 WHERE updated_at > ?1",
      livedSeconds,
    );
    db.run(
      `UPDATE accounts SET lived_created_at = ?1
       WHERE first_login_at IS NULL AND lived_created_at > ?1`,
      livedSeconds,
    );
    db.run(
      `UPDATE accounts SET lived_login_day = ?1
       WHERE pinned = 0 AND lived_login_day > ?1`,
      day,
    );
  }
}
