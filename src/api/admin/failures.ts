/**
 * How often somebody may be wrong about a token: ten times in a minute, then not
 * for 1, 2, 4 … 15 minutes; and all of them together no more than a hundred times
 * in a minute, of which those who have been right lately know nothing, so that
 * nobody locks an admin out.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { isLoopback, limitKey } from "../../base/peer_address.ts";

const FAILURES = 10;
const ALL_FAILURES = 100;
const WINDOW_MS = 60_000;
const LONGEST_LOCK_MS = 15 * 60_000;
/** Who was right is known for so long, and locks are forgotten after it. */
const MEMORY_MS = 24 * 60 * 60_000;
const MAX_KEYS = 50_000;

interface Record {
  failures: number;
  windowMs: number;
  locks: number;
  lockedUntilMs: number;
  rightAtMs: number | undefined;
  atMs: number;
}

export class AuthFailures {
  readonly #clock: Clock;
  readonly #records = new Map<string, Record>();
  #all = { failures: 0, windowMs: -Infinity };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Seconds for which this address is not listened to; 0: it is. */
  wait(address: string): number {
    const now = this.#clock.monotonic();
    const record = this.#records.get(limitKey(address));
    const own = (record?.lockedUntilMs ?? 0) - now;
    if (own > 0) return Math.ceil(own / 1000);
    const isKnown = record?.rightAtMs !== undefined || isLoopback(address);
    const all = this.#all.windowMs + WINDOW_MS - now;
    return isKnown || all <= 0 || this.#all.failures < ALL_FAILURES
      ? 0
      : Math.ceil(all / 1000);
  }

  /** Gives the seconds that a lock lasts, if one begins. */
  failed(address: string): number {
    const now = this.#clock.monotonic();
    if (now - this.#all.windowMs >= WINDOW_MS) {
      this.#all = { failures: 0, windowMs: now };
    }
    this.#all.failures++;
    const record = this.#recordOf(address, now);
    if (now - record.windowMs >= WINDOW_MS) {
      record.failures = 0;
      record.windowMs = now;
    }
    record.failures++;
    if (record.failures < FAILURES) return 0;
    const lockMs = Math.min(WINDOW_MS * 2 ** record.locks, LONGEST_LOCK_MS);
    record.locks = Math.min(record.locks + 1, 10);
    record.lockedUntilMs = now + lockMs;
    record.failures = 0;
    return lockMs / 1000;
  }

  /** Clears what is held against this address alone. */
  succeeded(address: string): void {
    const now = this.#clock.monotonic();
    const record = this.#recordOf(address, now);
    record.failures = record.locks = record.lockedUntilMs = 0;
    record.rightAtMs = now;
  }

  #recordOf(address: string, now: number): Record {
    const key = limitKey(address);
    const kept = this.#records.get(key);
    const isFresh = kept !== undefined && now - kept.atMs < MEMORY_MS;
    const record = isFresh ? kept : {
      failures: 0,
      windowMs: now,
      locks: 0,
      lockedUntilMs: 0,
      rightAtMs: undefined,
      atMs: now,
    };
    record.atMs = now;
    this.#records.delete(key);
    this.#records.set(key, record);
    if (this.#records.size > MAX_KEYS) {
      const [oldest = ""] = this.#records.keys();
      this.#records.delete(oldest);
    }
    return record;
  }
}
