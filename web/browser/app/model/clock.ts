/** The time, as messages have it. @module */

const FRESH_SECONDS = 5;

/** Seconds since 1970 UTC. */
export function now(): number {
  return Math.floor(Date.now() / 1000);
}

/** What is written now stands last, also if the clock was set back. */
export function atEnd(
  at: number,
  last: { readonly at: number; readonly sortAt?: number } | undefined,
): { readonly sortAt?: number } {
  const before = last?.sortAt ?? last?.at ?? 0;
  return at < before && at >= now() - FRESH_SECONDS ? { sortAt: before } : {};
}
