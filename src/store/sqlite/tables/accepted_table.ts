/** What was accepted lately, by key, with how that ended. @module */
import type { Connection } from "../database/connection.ts";

/** Rows that have ended go with each new one, two for one, so that the table needs no upkeep. */
const FORGOTTEN_AT_ONCE = 2;

export class AcceptedTable {
  constructor(readonly db: Connection) {}

  /** The results, unless they are forgotten. */
  find(key: Uint8Array, livedSeconds: number): string | undefined {
    return this.db.row<{ results: string }>(
      "SELECT results FROM accepted WHERE key = ? AND until > ?",
      key,
      livedSeconds,
    )?.results;
  }

  put(
    key: Uint8Array,
    results: string,
    { until, livedSeconds }: { until: number; livedSeconds: number },
  ): void {
    this.db.run(
      `DELETE FROM accepted WHERE key IN (
         SELECT key FROM accepted WHERE until <= ? ORDER BY until LIMIT ? + 0)`,
      livedSeconds,
      FORGOTTEN_AT_ONCE,
    );
    this.db.run(
      "INSERT OR REPLACE INTO accepted (key, until, results) VALUES (?, ?, ?)",
      key,
      until,
      results,
    );
  }
}
