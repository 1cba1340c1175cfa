/** The machine's time, behind the interfaces that tests replace. @module */
import type { Clock, Timers } from "../base/clock.ts";

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

export const SYSTEM_TIMERS: Timers = {
  sleep: (durationMs) =>
    new Promise((resolve) => setTimeout(resolve, durationMs)),
  every(periodMs, tick) {
    const timer = setInterval(tick, periodMs);
    return () => clearInterval(timer);
  },
};
