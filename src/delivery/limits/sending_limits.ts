/**
 * How fast one account may send: messages a minute, recipients an hour.
 *
 * Both are generic cell rate algorithms: all that is kept of an account is the
 * time at which it will have rested. It is in memory only, bounded, and an
 * attempt that is refused costs nothing.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";

export interface Rate {
  /** Milliseconds that one unit takes in the long run; 0 is no limit. */
  readonly periodMs: number;
  /** Units that may come at once after a rest. */
  readonly burst: number;
}

const MAX_ACCOUNTS = 100_000;

export class RateLimit {
  /** By account, the time at which all that it has sent is paid for. */
  readonly #restedAtMs = new Map<string, number>();

  constructor(readonly clock: Clock, readonly rate: () => Rate) {}

  /**
   * Takes one unit. Gives the milliseconds to wait before using it, or, when that
   * would be more than `maxWaitMs`, undefined: then nothing is taken.
   */
  take(account: string, maxWaitMs: number): number | undefined {
    const { periodMs, burst } = this.rate();
    if (periodMs === 0) return 0;
    const nowMs = this.clock.monotonic();
    const restedAtMs = Math.max(this.#restedAtMs.get(account) ?? 0, nowMs);
    const waitMs = Math.max(0, restedAtMs - (burst - 1) * periodMs - nowMs);
    if (waitMs > maxWaitMs) return undefined;
    this.#restedAtMs.delete(account); // so that the map stays in order of use
    this.#restedAtMs.set(account, restedAtMs + periodMs);
    this.#forgetRested(nowMs);
    return waitMs;
  }

  /** A few of the oldest at each use; all that is rested sends as if it were new. */
  #forgetRested(nowMs: number): void {
    let looked = 0;
    for (const [account, restedAtMs] of this.#restedAtMs) {
      const full = this.#restedAtMs.size > MAX_ACCOUNTS;
      if (!full && (restedAtMs > nowMs || looked === 2)) return;
      this.#restedAtMs.delete(account);
      looked++;
    }
  }
}

/** So many units in so many milliseconds; 0 units are no limit. */
export function rateOf(units: number, inMs: number, burst = units): Rate {
  return { periodMs: units === 0 ? 0 : inMs / units, burst };
}
