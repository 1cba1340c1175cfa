/**
 * What panels that are open hear by themselves: gauges every five seconds, and
 * lines of the log. While nobody listens, nothing is read.
 *
 * @module
 */
import type { AdminEvents } from "../../admin/events.ts";
import { type Clock, nowSeconds, type Timers } from "../../base/clock.ts";
import { SeriesReader } from "../../observe/history/series_reader.ts";
import type { Log } from "../../observe/log.ts";
import type { Metrics } from "../../observe/metrics/metrics.ts";

export interface LiveFeedParts {
  readonly events: Pick<AdminEvents, "listeners" | "publish">;
  readonly metrics: Pick<Metrics, "samples" | "ofPeople">;
  readonly log: Pick<Log, "level" | "tail">;
  readonly clock: Clock;
  readonly timers: Pick<Timers, "every">;
  reportBug(error: unknown): void;
}

const EVERY_MS = 5000;
const DIGITS = 7;

export class LiveFeed {
  readonly #parts: LiveFeedParts;
  /** There while somebody listens: rates begin anew for who comes after a while. */
  #reader: SeriesReader | undefined;
  #isBusy = false;
  #level: string | undefined;
  #stops: (() => void)[] = [];

  constructor(parts: LiveFeedParts) {
    this.#parts = parts;
  }

  start(): void {
    const { timers, log, events } = this.#parts;
    this.#stops = [
      timers.every(EVERY_MS, () => void this.tell()),
      log.tail.listen((line) => {
        if (events.listeners > 0) events.publish({ event: "log", data: line });
      }),
    ];
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** Never rejects. */
  async tell(): Promise<void> {
    const { events, clock, reportBug } = this.#parts;
    if (events.listeners === 0) {
      this.#reader = undefined;
      this.#level = undefined;
      return;
    }
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      this.#tellLevel();
      this.#reader ??= this.#newReader();
      const values = await this.#reader.read(clock.monotonic());
      const shown = [...values].map(([name, value]) =>
        [name, Number(value.toPrecision(DIGITS))] as const
      );
      events.publish({
        event: "metrics",
        data: { at: nowSeconds(clock), values: Object.fromEntries(shown) },
      });
    } catch (error) {
      reportBug(error);
    } finally {
      this.#isBusy = false;
    }
  }

  /** Who looks at no lines has to know that there are none to be seen. */
  #tellLevel(): void {
    const { events, log: { level } } = this.#parts;
    if (this.#level === level) return;
    this.#level = level;
    const data = { active: level !== "off", level };
    events.publish({ event: "log", data });
  }

  #newReader(): SeriesReader {
    const { metrics, reportBug } = this.#parts;
    return new SeriesReader({
      samples: (name) => metrics.samples(name),
      ofPeople: () => metrics.ofPeople(),
      onFault: reportBug,
    });
  }
}
