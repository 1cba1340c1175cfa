/**
 * The store's own time, in which it counts the age of all it holds. Several
 * nodes on one store share it: an engine keeps the highest mark it is given.
 *
 * @module
 */
import type { ClockJump } from "../base/lived_clock.ts";

export interface StoreClock {
  /** Seconds that were lived through; never less than before. Only differences mean something. */
  seconds(): number;
  /** To be called every few seconds: a jump of the machine's clock that nobody was told of yet. */
  look(): ClockJump | undefined;
  /** The last one, for a day. */
  recentJump(): ClockJump | undefined;
  /** Writes down how far time has come, so that a crash loses none of it; close() does too. */
  keep(): Promise<void>;
}
