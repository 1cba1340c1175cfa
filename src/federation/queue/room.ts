/**
 * How many attempts may begin, and for whom. Destinations that do not answer
 * hold an attempt for as long as it takes until that is certain: however many
 * they are, they leave room for those that do, and for those of which nothing
 * is known.
 *
 * @module
 */
import type { Running } from "./in_flight.ts";

export interface RunnerLimits {
  /** Attempts at once. */
  readonly total: number;
  readonly perDestination: number;
}

/** With the places of those that give way. */
export interface Room {
  readonly units: number;
  /** Of those, for destinations that have not answered lately. */
  readonly unproven: number;
  /** Of those, for destinations that could not be reached. */
  readonly failing: number;
}

/** Of eight attempts: for those that have answered, and at most for those that failed or hang. */
const KEPT = 2;
const FAILING = 4;

export function roomFor(
  { total }: Pick<RunnerLimits, "total">,
  running: Running,
): Room {
  const most = Math.max(1, Math.floor(total / 8 * FAILING));
  const stuck = running.failing + running.hanging;
  const giveWay = between(stuck - most, running.hanging);
  const units = Math.max(0, total - running.all + giveWay);
  const unproven = between(unprovenRoom(total, running) + giveWay, units);
  return { units, unproven, failing: between(most - stuck, unproven) };
}

/** How many attempts are to end, since others have begun in their places. */
export function tooMany(
  { total }: Pick<RunnerLimits, "total">,
  running: Running,
): number {
  const over = Math.max(
    running.all - total,
    -unprovenRoom(total, running),
  );
  return between(over, running.hanging);
}

function unprovenRoom(total: number, { unproven }: Running): number {
  return total - Math.floor(total / 8) * KEPT - unproven;
}

function between(count: number, most: number): number {
  return Math.max(0, Math.min(count, most));
}
