/** The machine's time, behind the interfaces that tests replace. @module */
import { setImmediate } from "node:timers";
import type { Clock, Timers } from "../base/clock.ts";

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

export const SYSTEM_TIMERS: Timers = {
  sleep: (durationMs) =>
    durationMs === 0
      ? giveWay()
      : new Promise((resolve) => setTimeout(resolve, durationMs)),
  every(periodMs, tick) {
    const timer = setInterval(tick, periodMs);
    return () => clearInterval(timer);
  },
};

/** While the event loop is busy, the runtime asks the kernel for new events once in 61 turns. */
const TURNS = 62;

/** Takes a fifth of a millisecond; a timer would take one or two, of nothing. */
async function giveWay(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}
