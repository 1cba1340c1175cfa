/**
 * What was measured of the relay, by time: each row sums up what was seen of one
 * series in one step. Whose numbers they are, and how fine steps become coarse
 * ones, is their owner's business.
 *
 * @module
 */

/** What the samples of some time add up to. */
export interface SampleSum {
  /** Where the time begins: seconds since 1970 UTC, as the machine says. */
  readonly atSeconds: number;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  /** How many samples there were. */
  readonly count: number;
}

export interface SampleRow extends SampleSum {
  readonly series: string;
  readonly stepSeconds: number;
}

export interface SampleRange {
  readonly series: string;
  readonly stepSeconds: number;
  readonly fromSeconds: number;
  /** Excluded. */
  readonly toSeconds: number;
}

export interface SampleStore {
  /**
   * Of two rows of the same time that of more samples is kept: one is the rest
   * of the other, or a date was wrong. So it may be written twice.
   */
  save(rows: readonly SampleRow[]): Promise<void>;
  /** By time; rows of `pointSeconds` are one. */
  read(range: SampleRange, pointSeconds: number): Promise<SampleSum[]>;
  /** When the last row began that is not after that time. */
  lastBefore(
    series: string,
    stepSeconds: number,
    seconds: number,
  ): Promise<number | undefined>;
  /** When the first row began. */
  first(series: string, stepSeconds: number): Promise<number | undefined>;
  /**
   * Removes some of what is older than the last `keep` rows of one series, of
   * all series; whether there is more. No date makes it take more than that.
   */
  prune(
    reference: string,
    stepSeconds: number,
    keep: number,
  ): Promise<boolean>;
  /** Removes some of all that there is of these; whether there is more. */
  forget(series: readonly string[]): Promise<boolean>;
}
