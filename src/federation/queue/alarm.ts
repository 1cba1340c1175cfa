/** A wait that ends when its time is over or somebody rings. @module */
import type { Timers } from "../../base/clock.ts";

export class Alarm {
  readonly #timers: Timers;
  #bell = Promise.withResolvers<void>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** Rings from now on end the next wait, also when it begins later. */
  set(): void {
    this.#bell = Promise.withResolvers();
  }

  ring(): void {
    this.#bell.resolve();
  }

  async wait(durationMs: number): Promise<void> {
    if (durationMs <= 0) return;
    const bell = this.#bell;
    const stop = this.#timers.every(durationMs, bell.resolve);
    await bell.promise;
    stop();
  }
}
