/**
 * How many attempts may begin, and for whom. Destinations that do not answer
 * hold an attempt for as long as it takes until that is certain: however many
 * they are, they leave room for those that do.
 *
 * @module
 */
import type { Running } from "./in_flight.ts";

export interface RunnerLimits {
  /** Attempts at once. */
  readonly total: number;
  readonly perDestination: number;
}

export const RUNNER_LIMITS: RunnerLimits = { total: 64, perDestination: 2 };

export interface Room {
  readonly units: number;
  /** Of those, for destinations that have not answered lately. */
  readonly unproven: number;
  /** Of those, for destinations that could not be reached. */
  readonly failing: number;
}

/** Of eight attempts: for those that have answered, and at most for those that failed. */
const KEPT = 2;
const FAILING = 4;

export function roomFor(
  { total }: Pick<RunnerLimits, "total">,
  running: Running,
): Room {
  const kept = Math.floor(total / 8) * KEPT;
  const most = Math.max(1, Math.floor(total / 8 * FAILING));
  const units = Math.max(0, total - running.all);
  const unproven = between(total - kept - running.unproven, units);
  return {
    units,
    unproven,
    failing: between(most - running.failing, unproven),
  };
}

function between(count: number, most: number): number {
  return Math.max(0, Math.min(count, most));
}
