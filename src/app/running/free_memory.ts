/**
 * Gives memory back to the system that the C library keeps though nobody uses
 * it: of a crowd that has left, and of the threads that compile and collect
 * garbage, which have a share each and seldom need it.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { openLibrary } from "../../net/descriptors/c_library.ts";

const SYMBOLS = {
  // on a thread of its own: of much memory it takes a while
  malloc_trim: { parameters: ["usize"], result: "i32", nonblocking: true },
} as const;

/** Of the time, at most; while it looks, others that need memory may wait. */
const SHARE = 1 / 100;

/** undefined where memory is managed in another way. */
export function systemTrim(): (() => Promise<unknown>) | undefined {
  const calls = openLibrary(SYMBOLS);
  return calls && (() => calls.malloc_trim(0n));
}

export class FreeMemory {
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #trim: (() => Promise<unknown>) | undefined;
  #notBefore = -Infinity;

  constructor(
    clock: Pick<Clock, "monotonic">,
    trim: (() => Promise<unknown>) | undefined,
  ) {
    this.#clock = clock;
    this.#trim = trim;
  }

  /** Seldom where it takes long. */
  async giveBack(): Promise<void> {
    const begun = this.#clock.monotonic();
    if (!this.#trim || begun < this.#notBefore) return;
    await this.#trim();
    const ended = this.#clock.monotonic();
    this.#notBefore = ended + (ended - begun) / SHARE;
  }
}
