/** Sums over rows: exact while there are few of them, else some time old. @module */

/** So many are read at a stretch; nobody notices a millisecond. */
export const ROWS_AT_ONCE = 5000;
const CHEAP_ROWS = 2 * ROWS_AT_ONCE;
const OLD_SECONDS = 10;

/** What some rows add up to. */
export type SomeRows<Name extends string = "sum"> =
  & {
    readonly rows: number;
    /** Key of the last of them. */
    readonly last: number;
  }
  & Readonly<Record<Name, number>>;

export interface RecentSumsParts<Name extends string> {
  readonly names: readonly Name[];
  /** Rows with a larger key, in the order of their keys; fewer than the limit are the last ones. */
  look(after: number, limit: number): SomeRows<Name>;
  seconds(): number;
  /** Others work meanwhile. */
  pause(): Promise<void>;
  /** Takes work that nobody waits for; an error of it is dealt with there. */
  spawn(work: Promise<unknown>): void;
  readonly oldSeconds?: number;
  /** Fewer, where reading one takes longer. */
  readonly rowsAtOnce?: number;
}

/** Several sums over the same rows, made together. */
export class RecentSums<Name extends string> {
  readonly #parts: RecentSumsParts<Name>;
  #rows = 0;
  #sums: Record<Name, number>;
  #countedAt: number | undefined; // in seconds
  #counting: Promise<void> | undefined;

  constructor(parts: RecentSumsParts<Name>) {
    this.#parts = parts;
    this.#sums = nothing(parts.names);
  }

  async get(): Promise<Readonly<Record<Name, number>>> {
    const isExact = this.#countedAt === undefined || this.#rows < CHEAP_ROWS;
    const counting = this.#countIfOld();
    if (isExact) await counting;
    else if (counting) this.#parts.spawn(counting);
    return this.#sums;
  }

  /**
   * Without any waiting: exact while there are few rows, else what was counted
   * last; undefined while many are counted for the first time.
   */
  known(): Readonly<Record<Name, number>> | undefined {
    const counting = this.#countIfOld(); // of few rows it is over by now
    if (counting) this.#parts.spawn(counting);
    return this.#countedAt === undefined ? undefined : this.#sums;
  }

  #countIfOld(): Promise<void> | undefined {
    const { seconds, oldSeconds = OLD_SECONDS } = this.#parts;
    const isOld = this.#countedAt === undefined || this.#rows < CHEAP_ROWS ||
      seconds() - this.#countedAt >= oldSeconds;
    if (isOld) {
      this.#counting ??= this.#count()
        .finally(() => this.#counting = undefined);
    }
    return this.#counting;
  }

  /** Rows that this process has made: a limit on them holds at once. */
  added(name: Name, rows: number): void {
    this.#sums = { ...this.#sums, [name]: this.#sums[name] + rows };
  }

  async #count(): Promise<void> {
    const { names, look, pause, seconds, rowsAtOnce = ROWS_AT_ONCE } =
      this.#parts;
    let rows = 0;
    const sums = nothing(names);
    for (let after = 0;;) {
      const some = look(after, rowsAtOnce);
      rows += some.rows;
      for (const name of names) sums[name] += some[name];
      if (some.rows < rowsAtOnce) break;
      after = some.last;
      if (rows >= CHEAP_ROWS) await pause();
    }
    this.#rows = rows;
    this.#sums = sums;
    this.#countedAt = seconds();
  }
}

export type RecentCountParts = Omit<RecentSumsParts<"sum">, "names">;

export class RecentCount {
  readonly #sums: RecentSums<"sum">;

  constructor(parts: RecentCountParts) {
    this.#sums = new RecentSums({ ...parts, names: ["sum"] });
  }

  async get(): Promise<number> {
    return (await this.#sums.get()).sum;
  }

  /** As `RecentSums.known()`. */
  known(): number | undefined {
    return this.#sums.known()?.sum;
  }

  added(rows: number): void {
    this.#sums.added("sum", rows);
  }
}

function nothing<Name extends string>(
  names: readonly Name[],
): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<
    Name,
    number
  >;
}
