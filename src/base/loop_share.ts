/**
 * Keeps one peer from holding the event loop.
 *
 * While a peer's octets are there already, reading them never leaves the
 * microtask queue, and nobody else's timers and sockets get their turn; writing
 * to a peer who takes all at once does not either. So who works through a lot of
 * octets asks here between two pieces.
 *
 * @module
 */
import type { Clock, Timers } from "./clock.ts";

const MAX_TURN_MS = 4;

/** Of the event loop. */
interface Turn {
  readonly startedAtMs: number;
  /** Resolves when others have had theirs. */
  readonly over: Promise<void>;
}

export class LoopShare {
  #turn: Turn | undefined;
  /** Since when nobody has looked whether turns end. */
  #unseenSinceMs = -Infinity;

  constructor(
    readonly clock: Pick<Clock, "monotonic">,
    readonly timers: Pick<Timers, "sleep">,
  ) {}

  /** Undefined while this turn of the event loop is short; else what to wait for. */
  wait(): Promise<void> | undefined {
    const nowMs = this.clock.monotonic();
    if (!this.#turn) {
      // a timer for each turn of a busy loop would cost more than it gives
      if (nowMs - this.#unseenSinceMs < MAX_TURN_MS) return undefined;
      this.#turn = { startedAtMs: nowMs, over: this.#turnEnds() };
    }
    const isLong = nowMs - this.#turn.startedAtMs >= MAX_TURN_MS;
    return isLong ? this.#turn.over : undefined;
  }

  async #turnEnds(): Promise<void> {
    await this.timers.sleep(0);
    this.#turn = undefined;
    this.#unseenSinceMs = this.clock.monotonic();
  }
}
