/** How the store is opened. @module */
import type { Clock, Timers } from "../../base/clock.ts";
import type { ContentDamage, StoreHealth } from "../store.ts";

/** "full": an acknowledged write survives power loss; "normal": the death of the process. */
export type SyncMode = "full" | "normal" | "off";

export interface SqliteOptions {
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
  /** Called when the state changes. */
  readonly onHealth?: (state: StoreHealth["state"]) => void;
  /** Called once for each content that is found to be unreadable. */
  readonly onDamage?: (damage: ContentDamage) => void;
  /** Called when deleted data is in the log for too long, and when it is gone. */
  readonly onErasureLate?: (isLate: boolean) => void;
  /** Called when nothing can be written any more: the process should end. */
  readonly onFatal?: (error: Error) => void;
  /** An error that is ours, from work nobody waits for. */
  readonly onBug?: (error: unknown) => void;
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
