/** Whether something happens too often. @module */
import type { Clock } from "./clock.ts";

export class Repeats {
  readonly #times: number[] = [];

  constructor(
    readonly clock: Clock,
    readonly limit: { readonly times: number; readonly withinMs: number },
  ) {}

  /** It has happened again; true if that was more often than the limit. */
  add(): boolean {
    const now = this.clock.monotonic();
    const { times, withinMs } = this.limit;
    this.#times.push(now);
    while (now - this.#times[0]! > withinMs) this.#times.shift();
    return this.#times.length > times;
  }
}
