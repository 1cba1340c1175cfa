/**
 * Looks at the relay every ten seconds and keeps what it sees: an hour of it in
 * memory, sums of minutes, quarters and hours in the store, written once a
 * minute and when the server stops. What a crash loses is a minute, which is
 * then a gap, as is the time in which no server ran.
 *
 * Times are the machine's. When its clock is set, rows of a time that was there
 * already are kept as they are, and nothing is deleted for it.
 *
 * @module
 */
import type {
  HistoryControl,
  HistoryFound,
  HistoryWanted,
} from "../../admin/history_control.ts";
import { type Clock, nowSeconds, type Timers } from "../../base/clock.ts";
import { Refusal } from "../../base/refusal.ts";
import {
  type Bucket,
  type Look,
  meanOf,
  OpenBuckets,
  startOf,
  type Step,
  STEPS,
} from "../../observe/history/buckets.ts";
import { RecentSamples, SAMPLE_SECONDS } from "../../observe/history/recent.ts";
import {
  isOfPeople,
  rateOf,
  REFERENCE,
  SERIES_NAMES,
  type SeriesName,
} from "../../observe/history/series.ts";
import { SeriesReader } from "../../observe/history/series_reader.ts";
import type { Metrics } from "../../observe/metrics/metrics.ts";
import type { SampleRow, SampleStore } from "../../store/samples.ts";
import { PointReader, type PointsWanted } from "./point_reader.ts";
import { type Kept, resolutionFor } from "./steps.ts";

export interface HistoryParts {
  readonly store: { readonly samples: SampleStore };
  readonly metrics: Pick<Metrics, "samples" | "ofPeople">;
  readonly clock: Clock;
  readonly timers: Pick<Timers, "every">;
  options(): HistoryOptions;
  reportBug(error: unknown): void;
}

export interface HistoryOptions {
  /** Otherwise nothing is added. */
  readonly isOn: boolean;
  /** Seconds in which the server ran. */
  readonly kept: Kept;
}

/** How often is looked whether ten seconds have begun. */
const TICK_MS = 1000;
const FLUSH_MS = 60_000;
/** While the store takes none; the oldest go. */
const MAX_WAITING = 5000;
/** Steps of a deletion after one write. */
const PRUNES_AT_ONCE = 4;
/** More of a rate that was asked for late are as good as a gap. */
const MAX_WEIGHT = 6;
const DIGITS = 7;

type Waiting = SampleRow & { readonly series: SeriesName };

export class MetricHistory implements HistoryControl {
  readonly #parts: HistoryParts;
  readonly #reader: SeriesReader;
  readonly #points: PointReader;
  readonly #recent = new RecentSamples<SeriesName>();
  readonly #open = STEPS.map((step) => new OpenBuckets<SeriesName>(step));
  /** For the store, oldest first. */
  #waiting: Waiting[] = [];
  #slot: number | undefined;
  #lookedMs = 0;
  #flushedMs = 0;
  #pruned = 0;
  #isBusy = false;
  #turn: Promise<void> = Promise.resolve();
  #end = () => {};
  /** The first look at all counters. */
  begun: Promise<void> = Promise.resolve();

  private constructor(parts: HistoryParts) {
    this.#parts = parts;
    this.#reader = new SeriesReader({
      samples: (name) => parts.metrics.samples(name),
      ofPeople: () => parts.metrics.ofPeople(),
      onFault: (error) => this.#fault(error),
    });
    this.#points = new PointReader({
      samples: parts.store.samples,
      recent: this.#recent,
      inMemory: (name, step) => this.#inMemory(name, step),
    });
  }

  /** Goes on with what the run before has begun; `start()` begins to look. */
  static async open(parts: HistoryParts): Promise<MetricHistory> {
    const history = new MetricHistory(parts);
    await history.#resume();
    return history;
  }

  start(): void {
    const { clock, timers } = this.#parts;
    this.#slot = slotAt(nowSeconds(clock));
    this.#lookedMs = this.#flushedMs = clock.monotonic();
    // from here on counters are counted; nothing waits for who has them
    this.#isBusy = true;
    this.begun = this.#reader.read(this.#lookedMs)
      .catch((error) => this.#fault(error))
      .then(() => void (this.#isBusy = false));
    this.#end = timers.every(TICK_MS, () => void this.look());
  }

  async stop(): Promise<void> {
    this.#end();
    for (const buckets of this.#open) this.#wait(buckets.step, buckets.all);
    await this.flush();
  }

  /** To be called every second. Never rejects. */
  async look(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      await this.#look();
    } catch (error) {
      this.#fault(error);
    } finally {
      this.#isBusy = false;
    }
  }

  /** Writes down what is over. Never rejects: what cannot be written is kept for the next time. */
  flush(): Promise<void> {
    this.#flushedMs = this.#parts.clock.monotonic();
    this.#turn = this.#turn.then(async () => {
      await this.#write();
      await this.#prune();
    }).catch((error) => this.#fault(error));
    return this.#turn;
  }

  get isOfPeople(): boolean {
    return this.#parts.metrics.ofPeople();
  }

  names(): readonly SeriesName[] {
    const { isOfPeople: isTold } = this;
    return SERIES_NAMES.filter((name) => isTold || !isOfPeople(name));
  }

  latest(): ReadonlyMap<SeriesName, number> {
    return new Map(
      this.names().flatMap((name) => {
        const value = this.#recent.latest(name);
        return value === undefined ? [] : [[name, value] as const];
      }),
    );
  }

  async since(): Promise<number | undefined> {
    const { samples } = this.#parts.store;
    const first = await samples.first(REFERENCE, 3600);
    return first ?? this.#inMemory(REFERENCE, 3600)[0]?.atSeconds;
  }

  async countSince(name: SeriesName, fromSeconds: number): Promise<number> {
    const rate = rateOf(name);
    if (rate === undefined || !this.names().includes(name)) return 0;
    const toSeconds = nowSeconds(this.#parts.clock) + 1;
    const hours = await this.#points.of(name, {
      rowSeconds: 3600,
      pointSeconds: 3600,
      fromSeconds: startOf(fromSeconds, 3600),
      toSeconds,
    });
    const samples = hours.reduce((all, { sum }) => all + sum, 0);
    return Math.round(samples * SAMPLE_SECONDS / rate);
  }

  async read(wanted: HistoryWanted): Promise<HistoryFound> {
    const { clock, options } = this.#parts;
    const told = new Set(this.names());
    const names = wanted.names.filter((name) => told.has(name));
    const { rowSeconds, pointSeconds } = resolutionFor({
      ...wanted,
      nowSeconds: nowSeconds(clock),
      series: names.length,
    }, options().kept);
    const asked: PointsWanted = {
      rowSeconds,
      pointSeconds,
      fromSeconds: startOf(Math.max(0, wanted.fromSeconds), pointSeconds),
      toSeconds: Math.min(wanted.toSeconds, nowSeconds(clock) + 1),
    };
    const series = new Map<SeriesName, [number, number][]>();
    for (const name of names) {
      const points = await this.#points.of(name, asked);
      series.set(
        name,
        points.map((point) => [point.atSeconds, rounded(meanOf(point))]),
      );
    }
    return { stepSeconds: pointSeconds, series };
  }

  async #look(): Promise<void> {
    const { clock, metrics, options } = this.#parts;
    if (!metrics.ofPeople()) this.#forgetPeople();
    const seconds = nowSeconds(clock);
    const slot = slotAt(seconds);
    // a clock that is put right by moments is back in the slot before
    if (slot === this.#slot || slot === (this.#slot ?? 0) - 1) return;
    this.#slot = slot;
    const nowMs = clock.monotonic();
    const passedSeconds = (nowMs - this.#lookedMs) / 1000;
    this.#lookedMs = nowMs;
    const values = await this.#reader.read(nowMs);
    const isMinuteOver = options().isOn &&
      this.#take(slot * SAMPLE_SECONDS, values, passedSeconds);
    const isDue = nowMs - this.#flushedMs >= FLUSH_MS;
    if (isMinuteOver || isDue) await this.flush();
  }

  /** Whether some of it can be written. */
  #take(
    seconds: number,
    values: ReadonlyMap<SeriesName, number>,
    passedSeconds: number,
  ): boolean {
    const late = passedSeconds / SAMPLE_SECONDS;
    const ofRate = Math.min(Math.max(Math.round(late), 1), MAX_WEIGHT);
    // what was counted stays as much, however long it was counted
    const share = Math.min(late, MAX_WEIGHT) / ofRate;
    const looks = new Map<SeriesName, Look>();
    for (const [name, value] of values) {
      const [factor, weight] = rateOf(name) === undefined
        ? [1, 1]
        : [share, ofRate];
      looks.set(name, { value: value * factor, weight });
    }
    this.#recent.add(seconds, values);
    const over = this.#open.map((buckets) => {
      const rows = buckets.add(seconds, looks);
      this.#wait(buckets.step, rows);
      return rows.size > 0;
    });
    return over.includes(true);
  }

  #wait(step: Step, buckets: ReadonlyMap<SeriesName, Bucket>): void {
    for (const [series, bucket] of buckets) {
      this.#waiting.push({ series, stepSeconds: step, ...bucket });
    }
    const beyond = this.#waiting.length - MAX_WAITING;
    if (beyond > 0) this.#waiting.splice(0, beyond);
  }

  async #write(): Promise<void> {
    const rows = this.#waiting;
    if (rows.length === 0) return;
    await this.#parts.store.samples.save(rows);
    const written = new Set(rows);
    this.#waiting = this.#waiting.filter((row) => !written.has(row));
  }

  /** A bounded part of what is due; the rest has its turn after the next write. */
  async #prune(): Promise<void> {
    const { store: { samples }, metrics, options } = this.#parts;
    const step = STEPS[this.#pruned++ % STEPS.length]!;
    const keep = Math.max(1, Math.floor(options().kept[step] / step));
    for (let i = 0; i < PRUNES_AT_ONCE; i++) {
      if (!await samples.prune(REFERENCE, step, keep)) break;
    }
    if (metrics.ofPeople()) return;
    const people = SERIES_NAMES.filter(isOfPeople);
    for (let i = 0; i < PRUNES_AT_ONCE; i++) {
      if (!await samples.forget(people)) break;
    }
  }

  #forgetPeople(): void {
    this.#recent.forget(isOfPeople);
    for (const buckets of this.#open) buckets.forget(isOfPeople);
    if (this.#waiting.some(({ series }) => isOfPeople(series))) {
      this.#waiting = this.#waiting.filter(({ series }) => !isOfPeople(series));
    }
  }

  /** Minutes are written as they end: of them, what was in the coarser bucket at the end of the run before is known. */
  async #resume(): Promise<void> {
    const { clock, store: { samples } } = this.#parts;
    const now = nowSeconds(clock);
    const last = await samples.lastBefore(REFERENCE, 60, now);
    if (last === undefined) return;
    for (const buckets of this.#open) {
      const { step } = buckets;
      const fromSeconds = startOf(last, step);
      const toSeconds = last + 1;
      const found = new Map<SeriesName, Bucket>();
      for (const series of SERIES_NAMES) {
        const minutes = { series, stepSeconds: 60, fromSeconds, toSeconds };
        const [bucket] = await samples.read(minutes, step);
        if (bucket) found.set(series, bucket);
      }
      buckets.resume(fromSeconds, found);
    }
  }

  /** What the store may not have, or not whole; by time. */
  #inMemory(name: SeriesName, step: Step): Bucket[] {
    const open = this.#open.find((one) => one.step === step)?.all.get(name);
    const waiting = this.#waiting.filter((row) =>
      row.series === name && row.stepSeconds === step
    );
    return [...waiting, ...open ? [open] : []]
      .sort((a, b) => a.atSeconds - b.atSeconds);
  }

  #fault(error: unknown): void {
    // the store tells of its own faults
    if (!(error instanceof Refusal)) this.#parts.reportBug(error);
  }
}

function slotAt(seconds: number): number {
  return Math.floor(seconds / SAMPLE_SECONDS);
}

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}
