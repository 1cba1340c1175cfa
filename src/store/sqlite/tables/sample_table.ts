/** What was measured; no other module names these two tables. @module */
import type { SampleRange, SampleRow, SampleSum } from "../../samples.ts";
import type { Connection } from "../database/connection.ts";

interface NamedSeries {
  readonly id: number;
  readonly name: string;
}

export class SampleTable {
  constructor(readonly db: Connection) {}

  /** All, `last` at the end. */
  series(last: string): NamedSeries[] {
    return this.db.rows<NamedSeries>(
      "SELECT id, name FROM metric_series ORDER BY name = ?, id",
      last,
    );
  }

  knows(names: readonly string[]): boolean {
    return this.db.row(
      `SELECT 1 FROM metric_series
       WHERE name IN (SELECT value FROM json_each(?)) LIMIT 1`,
      JSON.stringify(names),
    ) !== undefined;
  }

  /** One that is not known yet gets one. */
  idOf(name: string): number {
    return this.#find(name) ??
      this.db.insert("INSERT INTO metric_series (name) VALUES (?)", name);
  }

  save(series: number, row: SampleRow): void {
    this.db.run(
      `INSERT INTO metric_samples (series, res, ts, min, max, sum, n)
       VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (series, res, ts) DO UPDATE
       SET min = excluded.min, max = excluded.max, sum = excluded.sum,
         n = excluded.n
       WHERE excluded.n > metric_samples.n`,
      series,
      row.stepSeconds,
      row.atSeconds,
      row.min,
      row.max,
      row.sum,
      row.count,
    );
  }

  read(
    { series, stepSeconds, fromSeconds, toSeconds }: SampleRange,
    pointSeconds: number,
  ): SampleSum[] {
    const id = this.#find(series);
    if (id === undefined) return [];
    return this.db.rows<SampleSum>(
      `SELECT ts - ts % ?1 AS atSeconds, min(min) AS min, max(max) AS max,
         sum(sum) AS sum, sum(n) AS count
       FROM metric_samples
       WHERE series = ?2 AND res = ?3 AND ts >= ?4 AND ts < ?5
       GROUP BY atSeconds ORDER BY atSeconds`,
      pointSeconds,
      id,
      stepSeconds,
      fromSeconds,
      toSeconds,
    );
  }

  lastBefore(
    series: string,
    stepSeconds: number,
    seconds: number,
  ): number | undefined {
    return this.#time(
      `SELECT max(ts) AS ts FROM metric_samples
       WHERE series = ? AND res = ? AND ts <= ?`,
      series,
      stepSeconds,
      seconds,
    );
  }

  first(series: string, stepSeconds: number): number | undefined {
    return this.#time(
      `SELECT min(ts) AS ts FROM metric_samples
       WHERE series = ? AND res = ?`,
      series,
      stepSeconds,
    );
  }

  /** The latest row with so many after it. */
  lastBeyond(
    series: string,
    stepSeconds: number,
    after: number,
  ): number | undefined {
    return this.#time(
      `SELECT ts FROM metric_samples WHERE series = ? AND res = ?
       ORDER BY ts DESC LIMIT 1 OFFSET ? + 0`,
      series,
      stepSeconds,
      after,
    );
  }

  /** The oldest of them, up to so many; gives how many there were. */
  deleteUpTo(
    series: number,
    stepSeconds: number,
    lastSeconds: number,
    limit: number,
  ): number {
    return this.db.run(
      `DELETE FROM metric_samples
       WHERE series = ?1 AND res = ?2 AND ts <= min(?3, coalesce(
         (SELECT ts FROM metric_samples WHERE series = ?1 AND res = ?2
          ORDER BY ts LIMIT 1 OFFSET ?4 + 0), ?3))`,
      series,
      stepSeconds,
      lastSeconds,
      limit - 1,
    );
  }

  /** Of any step. */
  deleteSome(series: number, limit: number): number {
    return this.db.run(
      `DELETE FROM metric_samples WHERE series = ?1 AND (res, ts) IN (
         SELECT res, ts FROM metric_samples WHERE series = ?1
         ORDER BY res, ts LIMIT ?2 + 0)`,
      series,
      limit,
    );
  }

  forgetName(id: number): void {
    this.db.run("DELETE FROM metric_series WHERE id = ?", id);
  }

  #find(name: string): number | undefined {
    return this.db.row<{ id: number }>(
      "SELECT id FROM metric_series WHERE name = ?",
      name,
    )?.id;
  }

  #time(sql: string, series: string, ...values: number[]): number | undefined {
    const id = this.#find(series);
    if (id === undefined) return undefined;
    return this.db.row<{ ts: number | null }>(sql, id, ...values)?.ts ??
      undefined;
  }
}
