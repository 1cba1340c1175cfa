/** A number about rows: exact while counting is cheap, else some time old. @module */
const CHEAP_ROWS = 10_000; // well under a millisecond
const OLD_SECONDS = 10;

export class RecentCount {
  readonly #count: () => number;
  readonly #seconds: () => number;
  readonly #oldSeconds: number;
  #last = 0;
  #countedAt = 0; // in seconds

  constructor(
    count: () => number,
    seconds: () => number,
    oldSeconds = OLD_SECONDS,
  ) {
    this.#count = count;
    this.#seconds = seconds;
    this.#oldSeconds = oldSeconds;
  }

  get(): number {
    const now = this.#seconds();
    if (this.#last < CHEAP_ROWS || now - this.#countedAt >= this.#oldSeconds) {
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
