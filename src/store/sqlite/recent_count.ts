/** A number of rows: exact while counting is cheap, else some seconds old. @module */
const CHEAP_ROWS = 10_000; // well under a millisecond
const OLD_SECONDS = 10;

export class RecentCount {
  readonly #count: () => number;
  readonly #seconds: () => number;
  #last = 0;
  #countedAt = 0; // in seconds

  constructor(count: () => number, seconds: () => number) {
    this.#count = count;
    this.#seconds = seconds;
  }

  get(): number {
    const now = this.#seconds();
    if (this.#last < CHEAP_ROWS || now - this.#countedAt >= OLD_SECONDS) {
      this.#last = this.#count();
      this.#countedAt = now;
    }
    return this.#last;
  }

  /** Rows that this process has made: a limit on them holds at once. */
  added(rows: number): void {
    this.#last += rows;
  }
}
