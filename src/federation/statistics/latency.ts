/**
 * How long things took, in few numbers: a count for each of eight ranges, which
 * add up, and of which percentiles can be told.
 *
 * @module
 */

/** Milliseconds that each range goes up to; the last one has no end. */
const UP_TO_MS = [25, 75, 200, 500, 1500, 5000, 30_000] as const;
export const RANGES = UP_TO_MS.length + 1;
/** What stands for all that took longer than the last bound. */
const LONGEST_MS = 120_000;

/** One number for each range. */
export type Latency = number[];

export function noLatency(): Latency {
  return new Array<number>(RANGES).fill(0);
}

export function addLatency(latency: Latency, tookMs: number): void {
  const range = UP_TO_MS.findIndex((bound) => tookMs <= bound);
  const at = range < 0 ? RANGES - 1 : range;
  latency[at] = (latency[at] ?? 0) + 1;
}

/** Milliseconds that so many of a hundred took at most, as if each range were filled evenly; undefined of nothing. */
export function percentileMs(
  latency: readonly number[],
  percent: number,
): number | undefined {
  const total = latency.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  let left = total * percent / 100;
  for (const [at, count] of latency.entries()) {
    if (left > count) {
      left -= count;
      continue;
    }
    const from = UP_TO_MS[at - 1] ?? 0;
    const to = UP_TO_MS[at] ?? LONGEST_MS;
    return Math.round(from + (to - from) * (count === 0 ? 0 : left / count));
  }
  return LONGEST_MS;
}
