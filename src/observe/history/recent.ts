/** The samples of the last hour, in memory: a ring of a fixed size. @module */

export const SAMPLE_SECONDS = 10;
/** An hour. */
const KEPT = 360;

export class RecentSamples<Name> {
  /** Seconds since 1970 UTC; ascending from the oldest. */
  readonly #times: number[] = [];
  readonly #values = new Map<Name, Float64Array>();
  #next = 0;

  constructor(readonly kept = KEPT) {}

  /** A time that was there already has come again, or one before it: the clock was set back, and what is later was never. */
  add(seconds: number, values: ReadonlyMap<Name, number>): void {
    while (this.#times.length > 0 && this.#times.at(-1)! >= seconds) {
      this.#times.pop();
      this.#next = (this.#next + this.kept - 1) % this.kept;
    }
    for (const name of values.keys()) {
      if (!this.#values.has(name)) {
        this.#values.set(name, new Float64Array(this.kept).fill(NaN));
      }
    }
    for (const [name, ring] of this.#values) {
      ring[this.#next] = values.get(name) ?? NaN;
    }
    this.#times.push(seconds);
    if (this.#times.length > this.kept) this.#times.shift();
    this.#next = (this.#next + 1) % this.kept;
  }

  /** Oldest first; times at which it was not known are left out. */
  of(name: Name): [seconds: number, value: number][] {
    const ring = this.#values.get(name);
    if (!ring) return [];
    const count = this.#times.length;
    return this.#times.flatMap((seconds, i): [number, number][] => {
      const value = ring[(this.#next - count + i + this.kept) % this.kept]!;
      return Number.isNaN(value) ? [] : [[seconds, value]];
    });
  }

  /** As it was last; undefined where it was not known then. */
  latest(name: Name): number | undefined {
    if (this.#times.length === 0) return undefined;
    const at = (this.#next - 1 + this.kept) % this.kept;
    const value = this.#values.get(name)?.[at];
    return value === undefined || Number.isNaN(value) ? undefined : value;
  }

  forget(isMeant: (name: Name) => boolean): void {
    for (const name of [...this.#values.keys()]) {
      if (isMeant(name)) this.#values.delete(name);
    }
  }
}
