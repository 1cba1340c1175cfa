/** An answer that may be a moment old: many who ask at once cost what one does. @module */
import type { Clock } from "./clock.ts";

export class Recently<T> {
  #answer: { readonly atMs: number; readonly value: Promise<T> } | undefined;

  constructor(
    readonly clock: Pick<Clock, "monotonic">,
    readonly oldMs: number,
    readonly ask: () => Promise<T>,
  ) {}

  get(): Promise<T> {
    const nowMs = this.clock.monotonic();
    if (this.#answer && nowMs - this.#answer.atMs < this.oldMs) {
      return this.#answer.value;
    }
    const value = this.ask();
    const answer = { atMs: nowMs, value };
    this.#answer = answer;
    value.catch(() => {
      if (this.#answer === answer) this.#answer = undefined;
    });
    return value;
  }
}
