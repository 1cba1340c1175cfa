/** A sum over rows: exact while there are few of them, else some time old. @module */

/** So many are read at a stretch; nobody notices a millisecond. */
export const ROWS_AT_ONCE = 5000;
const CHEAP_ROWS = 2 * ROWS_AT_ONCE;
const OLD_SECONDS = 10;

/** What some rows add up to. */
export interface SomeRows {
  readonly rows: number;
  readonly sum: number;
  /** Key of the last of them. */
  readonly last: number;
}

export interface RecentCountParts {
  /** Rows with a larger key, in the order of their keys; fewer than the limit are the last ones. */
  look(after: number, limit: number): SomeRows;
  seconds(): number;
  /** Others work meanwhile. */
  pause(): Promise<void>;
  /** Takes work that nobody waits for; an error of it is dealt with there. */
  spawn(work: Promise<unknown>): void;
  readonly oldSeconds?: number;
}

export class RecentCount {
  readonly #parts: RecentCountParts;
  #rows = 0;
  #sum = 0;
  #countedAt: number | undefined; // in seconds
  #counting: Promise<void> | undefined;

  constructor(parts: RecentCountParts) {
    this.#parts = parts;
  }

  async get(): Promise<number> {
    const { seconds, oldSeconds = OLD_SECONDS, spawn } = this.#parts;
    const isExact = this.#countedAt === undefined || this.#rows < CHEAP_ROWS;
    if (isExact || seconds() - this.#countedAt! >= oldSeconds) {
      this.#counting ??= this.#count()
        .finally(() => this.#counting = undefined);
      if (isExact) await this.#counting;
      else spawn(this.#counting);
    }
    return this.#sum;
  }

  /** Rows that this process has made: a limit on them holds at once. */
  added(rows: number): void {
    this.#sum += rows;
  }

  async #count(): Promise<void> {
    const { look, pause, seconds } = this.#parts;
    let rows = 0;
    let sum = 0;
    for (let after = 0;;) {
      const some = look(after, ROWS_AT_ONCE);
      rows += some.rows;
      sum += some.sum;
      if (some.rows < ROWS_AT_ONCE) break;
      after = some.last;
      if (rows >= CHEAP_ROWS) await pause();
    }
    this.#rows = rows;
    this.#sum = sum;
    this.#countedAt = seconds();
  }
}
