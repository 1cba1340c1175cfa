/** How the store is opened. @module */
import type { Clock, Timers } from "../../base/clock.ts";
import type { StoreReports } from "../options.ts";

/** "full": an acknowledged write survives power loss; "normal": the death of the process. */
export type SyncMode = "full" | "normal" | "off";

export interface SqliteOptions extends StoreReports {
  /** Made, with mode 0700, if missing. */
  readonly stateDir: string;
  /** File name in `stateDir`. */
  readonly database?: string;
  readonly sync?: SyncMode;
  /** Larger messages become files. */
  readonly inlineMaxOctets?: number;
  /** Free octets of the file system below which no new mail is taken; may change. */
  readonly minFreeOctets?: number;
  /** Whether equal large messages are stored once. */
  readonly dedup?: boolean;
  /** The database refuses to grow beyond it. */
  readonly maxDatabaseOctets?: number;
  readonly clock?: Clock;
  readonly timers?: Pick<Timers, "every">;
}

/** What the writer needs to know; crosses to its thread. */
export interface WriterOptions {
  readonly path: string;
  readonly stateDir: string;
  readonly sync: SyncMode;
  readonly maxDatabaseOctets?: number;
}

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

export const SYSTEM_TIMERS: Pick<Timers, "every"> = {
  every(periodMs, tick) {
    const timer = setInterval(tick, periodMs);
    return () => clearInterval(timer);
  },
};
