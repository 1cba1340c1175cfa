/**
 * Keeps one peer from holding the event loop.
 *
 * While a peer's octets are there already, reading them never leaves the
 * microtask queue, and nobody else's timers and sockets get their turn. So who
 * works through a lot of octets asks here between two chunks.
 *
 * @module
 */
import type { Clock, Timers } from "../../base/clock.ts";

const MAX_TURN_MS = 4;

export class LoopShare {
  #turnStartedAtMs: number | undefined;

  constructor(
    readonly clock: Pick<Clock, "monotonic">,
    readonly timers: Pick<Timers, "sleep">,
  ) {}

  /** Undefined while this turn of the event loop is short; else what to wait for. */
  wait(): Promise<void> | undefined {
    const nowMs = this.clock.monotonic();
    if (this.#turnStartedAtMs === undefined) {
      this.#turnStartedAtMs = nowMs;
      void this.timers.sleep(0).then(() => this.#turnStartedAtMs = undefined);
    }
    const isLong = nowMs - this.#turnStartedAtMs >= MAX_TURN_MS;
    return isLong ? this.timers.sleep(0) : undefined;
  }
}
