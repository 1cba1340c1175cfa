/** Reads all series: gauges as they are, counters as rates since the look before. @module */
import type { FamilyName } from "../metrics/families.ts";
import type { Sample } from "../metrics/metrics.ts";
import {
  isOfPeople,
  rateOf,
  SERIES_NAMES,
  type SeriesName,
  seriesNamed,
  valueIn,
} from "./series.ts";

export interface SeriesSource {
  samples(name: FamilyName): Promise<readonly Sample[]>;
  /** Whether what is about messages and accounts is counted. */
  ofPeople(): boolean;
  /** Told of what a part throws when it is asked. */
  onFault(error: unknown): void;
}

/** A part that takes longer is not known this time. */
const ANSWER_MS = 3000;

interface Counted {
  readonly value: number;
  readonly atMs: number;
}

export class SeriesReader {
  readonly #source: SeriesSource;
  readonly #before = new Map<SeriesName, Counted>();

  constructor(source: SeriesSource) {
    this.#source = source;
  }

  /**
   * What is not known is left out: also rates that nobody has asked for before.
   *
   * @param monotonicMs Now.
   */
  async read(monotonicMs: number): Promise<Map<SeriesName, number>> {
    const families = await this.#families();
    const values = new Map<SeriesName, number>();
    for (const name of SERIES_NAMES) {
      if (isOfPeople(name) && !this.#source.ofPeople()) {
        this.#before.delete(name);
        continue;
      }
      const samples = families.get(seriesNamed(name).family);
      const value = samples && this.#valueOf(name, samples, monotonicMs);
      if (value !== undefined) values.set(name, value);
    }
    return values;
  }

  #valueOf(
    name: SeriesName,
    samples: readonly Sample[],
    atMs: number,
  ): number | undefined {
    const value = valueIn(name, samples);
    const rate = rateOf(name);
    if (rate === undefined || value === undefined) return value;
    const before = this.#before.get(name);
    this.#before.set(name, { value, atMs });
    if (before === undefined || atMs <= before.atMs) return undefined;
    // a part that began anew counts from nothing
    const added = value < before.value ? value : value - before.value;
    return added * rate * 1000 / (atMs - before.atMs);
  }

  /** A part that does not answer holds up none of the others. */
  async #families(): Promise<Map<FamilyName, readonly Sample[]>> {
    const names = new Set(SERIES_NAMES.map((name) => seriesNamed(name).family));
    const found = new Map<FamilyName, readonly Sample[]>();
    await Promise.all([...names].map(async (name) => {
      try {
        const samples = await within(ANSWER_MS, this.#source.samples(name));
        if (samples) found.set(name, samples);
      } catch (error) {
        this.#source.onFault(error);
      }
    }));
    return found;
  }
}

/** undefined when it takes longer. */
async function within<T>(
  ms: number,
  work: Promise<T>,
): Promise<T | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {}); // it may fail after that
  }
}
