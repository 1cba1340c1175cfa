/**
 * Numbers for messages, since older programs know no other names. They are
 * forgotten with the process: what is then acknowledged is unknown, and comes
 * again.
 *
 * @module
 */
const MAX_NUMBERS = 20_000;
const PER_MILLISECOND = 1000;

export class LegacyIds {
  readonly #ids = new Map<number, string>();
  #last: number;

  /** @param nowMs So that those of another run are not taken for these. */
  constructor(nowMs: number) {
    this.#last = nowMs * PER_MILLISECOND;
  }

  numberOf(id: string): number {
    this.#ids.set(++this.#last, id);
    if (this.#ids.size > MAX_NUMBERS) {
      this.#ids.delete(this.#ids.keys().next().value!);
    }
    return this.#last;
  }

  /** Empty, which is no id, if the number is not known. */
  idOf(number: number): string {
    return this.#ids.get(number) ?? "";
  }
}
