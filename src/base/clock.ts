/** Time as an argument, so that tests need not wait. */
export interface Clock {
  /** Milliseconds since 1970 UTC. */
  now(): number;
  /** Milliseconds since some start; never jumps. */
  monotonic(): number;
}

/** Seconds since 1970 UTC, as they are stored. */
export function nowSeconds(clock: Clock): number {
  return Math.floor(clock.now() / 1000);
}

/** Days since 1970 UTC: the granularity in which logins are remembered. */
export function today(clock: Clock): number {
  return Math.floor(clock.now() / 86_400_000);
}
