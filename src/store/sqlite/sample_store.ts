/** What was measured: reads here, writes by the writer. @module */
import type {
  SampleRange,
  SampleRow,
  SampleStore,
  SampleSum,
} from "../samples.ts";
import type { Connection } from "./database/connection.ts";
import { SampleTable } from "./tables/sample_table.ts";
import type { Writer } from "./writer/writer.ts";

/** In one transaction; others wait meanwhile. */
const ROWS_AT_ONCE = 200;

export class SqliteSampleStore implements SampleStore {
  readonly #samples: SampleTable;

  constructor(db: Connection, readonly writer: Writer) {
    this.#samples = new SampleTable(db);
  }

  async save(rows: readonly SampleRow[]): Promise<void> {
    for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
      const some = rows.slice(at, at + ROWS_AT_ONCE);
      await this.writer.submit("saveSamples", some);
    }
  }

  read(range: SampleRange, pointSeconds: number): Promise<SampleSum[]> {
    return Promise.try(() => this.#samples.read(range, pointSeconds));
  }

  lastBefore(
    series: string,
    stepSeconds: number,
    seconds: number,
  ): Promise<number | undefined> {
    return Promise.try(() =>
      this.#samples.lastBefore(series, stepSeconds, seconds)
    );
  }

  first(series: string, stepSeconds: number): Promise<number | undefined> {
    return Promise.try(() => this.#samples.first(series, stepSeconds));
  }

  prune(
    reference: string,
    stepSeconds: number,
    keep: number,
  ): Promise<boolean> {
    const asked = { reference, stepSeconds, keep };
    return this.writer.submit("pruneSamples", asked);
  }

  async forget(series: readonly string[]): Promise<boolean> {
    if (!this.#samples.knows(series)) return false;
    return await this.writer.submit("forgetSamples", series);
  }
}
