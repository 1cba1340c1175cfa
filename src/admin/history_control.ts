/** What was measured of the relay, and when. @module */
import type { SeriesName } from "../observe/history/series.ts";

export interface HistoryWanted {
  readonly names: readonly SeriesName[];
  /** Seconds since 1970 UTC. */
  readonly fromSeconds: number;
  /** Excluded. */
  readonly toSeconds: number;
  /** Of one point; where there is none so fine, or there would be too many, they are coarser. */
  readonly stepSeconds?: number | undefined;
}

export interface HistoryFound {
  readonly stepSeconds: number;
  /** Times at which nothing was measured are left out. */
  readonly series: ReadonlyMap<
    SeriesName,
    readonly (readonly [seconds: number, value: number])[]
  >;
}

export interface HistoryControl {
  /** Whether numbers of messages, accounts and domains are kept and told. */
  readonly isOfPeople: boolean;
  /** Those that are kept now. */
  names(): readonly SeriesName[];
  read(wanted: HistoryWanted): Promise<HistoryFound>;
  /** When the first hour begins of which something is known. */
  since(): Promise<number | undefined>;
  /** How often what a rate is about has happened, from the beginning of that hour on. */
  countSince(name: SeriesName, fromSeconds: number): Promise<number>;
  /** As they were last. */
  latest(): ReadonlyMap<SeriesName, number>;
}
