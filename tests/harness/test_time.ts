/** Time for tests: it passes only when told to. @module */
import type { Clock, Timers } from "../../src/base/clock.ts";

interface Alarm {
  at: number;
  readonly period: number | undefined;
  readonly ring: () => void;
}

export class TestTime implements Clock, Timers {
  #now: number;
  readonly #alarms = new Set<Alarm>();

  constructor(startMs = 1_800_000_000_000) {
    this.#now = startMs;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#now;
  }

  sleep(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#alarms.add({
        at: this.#now + durationMs,
        period: undefined,
        ring: resolve,
      });
    });
  }

  every(periodMs: number, tick: () => void): () => void {
    const alarm = { at: this.#now + periodMs, period: periodMs, ring: tick };
    this.#alarms.add(alarm);
    return () => this.#alarms.delete(alarm);
  }

  /** How many wait. */
  get pending(): number {
    return this.#alarms.size;
  }

  /** Lets time pass, and after each alarm what it has set off. */
  async pass(durationMs: number): Promise<void> {
    const end = this.#now + durationMs;
    for (let next = this.#nextBy(end); next; next = this.#nextBy(end)) {
      this.#now = next.at;
      if (next.period === undefined) this.#alarms.delete(next);
      else next.at += next.period;
      next.ring();
      for (let i = 0; i < 50; i++) await Promise.resolve();
    }
    this.#now = end;
  }

  /**
   * Waits until the promise has settled. Only sleeps move the time: however
   * long real work takes on a busy machine, it takes none of it.
   */
  async passUntil<T>(promise: Promise<T>): Promise<T> {
    let isDone = false;
    const done = () => isDone = true;
    promise.then(done, done);
    while (!isDone) {
      await settle();
      const sleeps = [...this.#alarms].filter(({ period }) => !period);
      const next = Math.min(...sleeps.map(({ at }) => at));
      if (!isDone && next < Infinity) await this.pass(next - this.#now);
    }
    return await promise;
  }

  #nextBy(end: number): Alarm | undefined {
    const due = [...this.#alarms].filter(({ at }) => at <= end);
    return due.sort((a, b) => a.at - b.at)[0];
  }
}

/** Lets every promise that can settle do so. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}
