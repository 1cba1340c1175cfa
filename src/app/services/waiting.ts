/** Waits that can be given up, so that nothing is left over when a service stops. @module */
import type { Timers } from "../../base/clock.ts";

/** Calls `action` once after so long, unless the returned function is called before. */
export function after(
  timers: Timers,
  durationMs: number,
  action: () => void,
): () => void {
  const stop = timers.every(durationMs, () => {
    stop();
    action();
  });
  return stop;
}

/** Resolves with `work`, which never rejects, or after so long. */
export function atMost(
  timers: Timers,
  durationMs: number,
  work: Promise<void>,
): Promise<void> {
  return new Promise((resolve) => {
    const stop = after(timers, durationMs, resolve);
    void work.then(() => {
      stop();
      resolve();
    });
  });
}
