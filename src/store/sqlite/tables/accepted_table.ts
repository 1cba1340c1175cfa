/** What was accepted lately, by key, with how that ended. @module */
import type { Connection } from "../database/connection.ts";

/** Rows that have ended go with new ones, too: so many at once, at every so many. */
const FORGOTTEN_AT_ONCE = 64;
const NEW_ONES = 32;

export class AcceptedTable {
  /** Since some were forgotten last. */
  #newOnes = 0;

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
    if (this.#newOnes++ % NEW_ONES === 0) {
      this.forget(livedSeconds, FORGOTTEN_AT_ONCE);
    }
    this.db.run(
      "INSERT OR REPLACE INTO accepted (key, until, results) VALUES (?, ?, ?)",
      key,
      until,
      results,
    );
  }

  /** Once, at the end of the results. */
  append(key: Uint8Array, word: string): void {
    this.db.run(
      `UPDATE accepted SET results = results || ?1
       WHERE key = ?2 AND substr(results, -length(?1)) <> ?1`,
      word,
      key,
    );
  }

  remove(key: Uint8Array): void {
    this.db.run("DELETE FROM accepted WHERE key = ?", key);
  }

  /** Removes some that have ended. Gives how many. */
  forget(livedSeconds: number, limit: number): number {
    return this.db.run(
      `DELETE FROM accepted WHERE key IN (
         SELECT key FROM accepted WHERE until <= ? ORDER BY until LIMIT ? + 0)`,
      livedSeconds,
      limit,
    );
  }
}
