/** What an operator says about mail that waits to be sent. @module */

export interface QueueOptions {
  readonly lifetimeSeconds: number;
  /** Until the next attempt after the first failure, the second, …; the last one repeats. */
  readonly retrySeconds: readonly number[];
  /** Attempts at once. */
  readonly maxParallel: number;
  readonly perDestination: number;
  /** After a start, for what was due before. */
  readonly startDelaySeconds: number;
}

/** How many attempts a message gets at most, the first one included. */
export function attemptsWithin(
  { lifetimeSeconds, retrySeconds }: QueueOptions,
): number {
  let attempts = 1;
  let seconds = 0;
  for (;; attempts++) {
    const step = retrySeconds[attempts - 1];
    if (step === undefined) break;
    seconds += step;
    if (seconds >= lifetimeSeconds) return attempts;
  }
  const last = retrySeconds.at(-1) ?? lifetimeSeconds;
  return attempts + Math.ceil((lifetimeSeconds - seconds) / last) - 1;
}
