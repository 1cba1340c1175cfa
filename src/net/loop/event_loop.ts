/**
 * The event loop of this thread, and how all connections share it: whatever a
 * protocol does with what comes, between two reads or writes the others have
 * their turn.
 *
 * @module
 */
import { LoopShare } from "../../base/loop_share.ts";

// A timer of nothing costs little beside what a read does, and once it is heard
// of, the runtime has asked the kernel for what else has come. Who waits for it
// waits for no time of its own: by then it is due.
const SHARE = new LoopShare(
  { monotonic: () => performance.now() },
  { sleep: (durationMs) => new Promise((end) => setTimeout(end, durationMs)) },
);

/** For who works through what has come: undefined, or what to wait for before more of it. */
export function turnEnd(): Promise<void> | undefined {
  return SHARE.wait();
}

/** The value: at once, or when those who wait have had their turn. */
export function inTurn<T>(value: T): T | Promise<T> {
  return turnEnd()?.then(() => value) ?? value;
}
