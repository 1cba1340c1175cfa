/**
 * Samples become sums of minutes, quarters of an hour and hours. What a bucket
 * holds is a row of the store: it can be written at any time, and again.
 *
 * @module
 */
import { SAMPLE_SECONDS } from "./recent.ts";

/** In seconds: how fine history is in the store, and what is made of it later. */
export const STEPS = [60, 900, 3600] as const;
export type Step = (typeof STEPS)[number];

/** One look at one series. */
export interface Look {
  readonly value: number;
  /** For how many samples it counts: of a rate that was asked for late, several. */
  readonly weight: number;
}

export interface Bucket {
  readonly atSeconds: number;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly count: number;
}

/** The same time, or parts of one. */
export function joined(a: Bucket | undefined, b: Bucket): Bucket {
  if (!a) return b;
  return {
    atSeconds: a.atSeconds,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    sum: a.sum + b.sum,
    count: a.count + b.count,
  };
}

export function meanOf({ sum, count }: Bucket): number {
  return sum / count;
}

export function startOf(seconds: number, step: number): number {
  return seconds - seconds % step;
}

/** All series in the one bucket of a step that time is in. */
export class OpenBuckets<Name> {
  #buckets = new Map<Name, Bucket>();
  #atSeconds: number | undefined;

  readonly #most: number;

  constructor(readonly step: Step) {
    this.#most = step / SAMPLE_SECONDS;
  }

  get all(): ReadonlyMap<Name, Bucket> {
    return this.#buckets;
  }

  /** What was written of a bucket by the run before, or will be. */
  resume(atSeconds: number, buckets: ReadonlyMap<Name, Bucket>): void {
    this.#atSeconds = atSeconds;
    this.#buckets = new Map(buckets);
  }

  /** A bucket that is full takes no more. Gives what is over when time has gone on to another bucket, or back to one. */
  add(
    seconds: number,
    looks: ReadonlyMap<Name, Look>,
  ): ReadonlyMap<Name, Bucket> {
    const atSeconds = startOf(seconds, this.step);
    let over: ReadonlyMap<Name, Bucket> = new Map();
    if (atSeconds !== this.#atSeconds) {
      over = this.#buckets;
      this.#buckets = new Map();
      this.#atSeconds = atSeconds;
    }
    for (const [name, { value, weight }] of looks) {
      const before = this.#buckets.get(name);
      // a time that was there already, before the clock was set back
      if (before && before.count + weight > this.#most) continue;
      this.#buckets.set(
        name,
        joined(before, {
          atSeconds,
          min: value,
          max: value,
          sum: value * weight,
          count: weight,
        }),
      );
    }
    return over;
  }

  forget(isMeant: (name: Name) => boolean): void {
    for (const name of [...this.#buckets.keys()]) {
      if (isMeant(name)) this.#buckets.delete(name);
    }
  }
}
