/**
 * Points of a graph: of rows that the store has, with what is only in memory
 * yet, or of the samples in memory.
 *
 * @module
 */
import {
  type Bucket,
  joined,
  startOf,
  type Step,
} from "../../observe/history/buckets.ts";
import {
  type RecentSamples,
  SAMPLE_SECONDS,
} from "../../observe/history/recent.ts";
import type { SeriesName } from "../../observe/history/series.ts";
import type { SampleStore } from "../../store/samples.ts";
import type { RowSeconds } from "./steps.ts";

export interface PointSources {
  readonly samples: Pick<SampleStore, "first" | "read">;
  readonly recent: Pick<RecentSamples<SeriesName>, "of">;
  /** What the store may not have, or not whole; by time. */
  inMemory(name: SeriesName, step: Step): readonly Bucket[];
}

export interface PointsWanted {
  readonly rowSeconds: RowSeconds;
  /** A multiple of that. */
  readonly pointSeconds: number;
  /** Seconds since 1970 UTC, where a point begins. */
  readonly fromSeconds: number;
  /** Excluded. */
  readonly toSeconds: number;
}

/** Of the store, between which others have their turn. */
const ROWS_AT_ONCE = 2000;

export class PointReader {
  readonly #sources: PointSources;

  constructor(sources: PointSources) {
    this.#sources = sources;
  }

  /** By time; times at which nothing was measured are left out. */
  async of(name: SeriesName, wanted: PointsWanted): Promise<Bucket[]> {
    const { rowSeconds } = wanted;
    return grouped(
      rowSeconds === SAMPLE_SECONDS
        ? this.#samples(name, wanted)
        : await this.#rows(name, rowSeconds, wanted),
      wanted.pointSeconds,
    );
  }

  async #rows(
    name: SeriesName,
    step: Step,
    { fromSeconds, toSeconds, pointSeconds }: PointsWanted,
  ): Promise<Bucket[]> {
    const { samples, inMemory } = this.#sources;
    const fresh = inMemory(name, step);
    const end = Math.min(toSeconds, fresh[0]?.atSeconds ?? toSeconds);
    const piece = pointSeconds *
      Math.max(1, Math.floor(ROWS_AT_ONCE * step / pointSeconds));
    const stored: Bucket[] = [];
    const first = await samples.first(name, step) ?? end;
    const from = Math.max(fromSeconds, startOf(first, pointSeconds));
    for (let at = from; at < end; at += piece) {
      const range = { fromSeconds: at, toSeconds: Math.min(end, at + piece) };
      const asked = { series: name, stepSeconds: step, ...range };
      stored.push(...await samples.read(asked, pointSeconds));
      await othersTurn();
    }
    const here = fresh.filter(({ atSeconds }) =>
      atSeconds >= fromSeconds && atSeconds < toSeconds
    );
    return [...stored, ...here];
  }

  #samples(
    name: SeriesName,
    { fromSeconds, toSeconds }: PointsWanted,
  ): Bucket[] {
    return this.#sources.recent.of(name)
      .filter(([at]) => at >= fromSeconds && at < toSeconds)
      .map(([atSeconds, value]) => ({
        atSeconds,
        min: value,
        max: value,
        sum: value,
        count: 1,
      }));
  }
}

function othersTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

function grouped(buckets: readonly Bucket[], pointSeconds: number): Bucket[] {
  const points = new Map<number, Bucket>();
  for (const bucket of buckets) {
    const atSeconds = startOf(bucket.atSeconds, pointSeconds);
    points.set(
      atSeconds,
      { ...joined(points.get(atSeconds), bucket), atSeconds },
    );
  }
  return [...points.values()].sort((a, b) => a.atSeconds - b.atSeconds);
}
