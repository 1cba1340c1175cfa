/**
 * Counts what families of metrics are about, as plain numbers: no more than a
 * look into a map where it happens. All else is done for who asks.
 *
 * @module
 */
import {
  type CounterName,
  FAMILY_NAMES,
  type FamilyName,
  familyNamed,
  type GaugeName,
  type HistogramName,
  type LabelValues,
} from "./families.ts";
import { Histogram } from "./histogram.ts";

/** One series that is counted: whoever holds it adds to `count`. */
export interface Tally {
  count: number;
}

export interface Sample {
  /** In the order of the family's labels. */
  readonly labels: readonly string[];
  readonly value: number;
}

export interface HistogramSample {
  readonly labels: readonly string[];
  readonly histogram: Histogram;
}

export interface CollectedFamily {
  readonly name: FamilyName;
  readonly samples: readonly Sample[];
  readonly histograms: readonly HistogramSample[];
}

/** A value for each series, of a family whose numbers are kept elsewhere. */
export type Provided<N extends FamilyName> = Iterable<
  readonly [...labels: LabelValues<N>, value: number]
>;

/** Of one family; what comes beyond is one series, `other`. */
const MAX_SERIES = 500;
const OTHER = "other";
const SEPARATOR = "\0";

interface Series<T> {
  readonly labels: readonly string[];
  readonly value: T;
}

type Provider = () => Provided<FamilyName> | Promise<Provided<FamilyName>>;

export class Metrics {
  /** @param ofPeople Whether what is about messages and accounts is counted; asked at each use. */
  constructor(readonly ofPeople: () => boolean = () => true) {}

  readonly #tallies = new Map<FamilyName, Map<string, Series<Tally>>>();
  readonly #histograms = new Map<FamilyName, Map<string, Series<Histogram>>>();
  readonly #providers = new Map<FamilyName, Provider[]>();

  /** The series of these labels; may be kept, where every nanosecond counts. */
  tally<N extends CounterName>(name: N, ...labels: LabelValues<N>): Tally {
    if (!this.#isCounted(name)) return { count: 0 };
    return series(this.#tallies, name, labels, () => ({ count: 0 }));
  }

  /** One more. */
  count<N extends CounterName>(name: N, ...labels: LabelValues<N>): void {
    this.tally(name, ...labels).count++;
  }

  observe<N extends HistogramName>(
    name: N,
    value: number,
    ...labels: LabelValues<N>
  ): void {
    if (!this.#isCounted(name)) return;
    series(this.#histograms, name, labels, () => newHistogram(name))
      .observe(value);
  }

  /**
   * What is known elsewhere is read whenever somebody asks: it may not take
   * longer for more accounts or messages. Several parts may provide one family.
   */
  provide<N extends CounterName | GaugeName>(
    name: N,
    read: () => Provided<N> | Promise<Provided<N>>,
  ): void {
    const before = this.#providers.get(name) ?? [];
    this.#providers.set(name, [...before, read as Provider]);
  }

  /** Of one family, as it is now; none while it is not counted. */
  async samples(name: FamilyName): Promise<readonly Sample[]> {
    return this.#isCounted(name) ? (await this.#collected(name)).samples : [];
  }

  /** All families that are counted or provided, in the order of their table. */
  async collect(): Promise<CollectedFamily[]> {
    const names = FAMILY_NAMES.filter((name) =>
      this.#isCounted(name) &&
      (this.#tallies.has(name) || this.#providers.has(name) ||
        this.#histograms.has(name))
    );
    return await Promise.all(names.map((name) => this.#collected(name)));
  }

  #isCounted(name: FamilyName): boolean {
    return familyNamed(name).ofPeople !== true || this.ofPeople();
  }

  async #collected(name: FamilyName): Promise<CollectedFamily> {
    const samples: Sample[] = [];
    for (const { labels, value } of this.#tallies.get(name)?.values() ?? []) {
      samples.push({ labels, value: value.count });
    }
    for (const read of this.#providers.get(name) ?? []) {
      for (const row of await read()) {
        const values = [...row] as (string | number)[];
        const value = values.pop() as number;
        if (samples.length < MAX_SERIES) {
          samples.push({ labels: values as string[], value });
        }
      }
    }
    const histograms = [...this.#histograms.get(name)?.values() ?? []]
      .map(({ labels, value }) => ({ labels, histogram: value }));
    return { name, samples, histograms };
  }
}

function series<T>(
  all: Map<FamilyName, Map<string, Series<T>>>,
  name: FamilyName,
  labels: readonly string[],
  make: () => T,
): T {
  let family = all.get(name);
  if (!family) all.set(name, family = new Map());
  const key = labels.length === 1 ? labels[0]! : labels.join(SEPARATOR);
  const known = family.get(key);
  if (known) return known.value;
  if (family.size >= MAX_SERIES && labels.some((one) => one !== OTHER)) {
    return series(all, name, labels.map(() => OTHER), make);
  }
  const value = make();
  family.set(key, { labels, value });
  return value;
}

function newHistogram(name: HistogramName): Histogram {
  const family = familyNamed(name);
  return new Histogram(family.type === "histogram" ? family.buckets : []);
}
