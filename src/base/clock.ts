/** Time as an argument, so that tests need not wait. */
export interface Clock {
  /** Milliseconds since 1970 UTC. */
  now(): number;
  /** Milliseconds since some start; never jumps. */
  monotonic(): number;
}

/** Waiting as an argument, for the same reason. */
export interface Timers {
  /** Resolves after so many milliseconds; after 0, when what is ready has had its turn. */
  sleep(durationMs: number): Promise<void>;
  /** Calls `tick` once in every period until the returned function is called. */
  every(periodMs: number, tick: () => void): () => void;
}

/** Seconds since 1970 UTC, as they are stored. */
export function nowSeconds(clock: Clock): number {
  return Math.floor(clock.now() / 1000);
}

/** The day that a second belongs to, both counted from the same beginning. */
export function dayOf(seconds: number): number {
  return Math.floor(seconds / 86_400);
}

/** Days since 1970 UTC: the granularity in which logins are remembered. */
export function today(clock: Clock): number {
  return dayOf(nowSeconds(clock));
}
