/** How a store is opened, whatever its engine. @module */
import type { Clock, Timers } from "../base/clock.ts";
import type { ContentDamage, StoreHealth } from "./store.ts";

/** The section `storage` of the configuration. */
export interface StorageOptions {
  /** File name in the state directory, or a path. */
  readonly database: string;
  /** What an acknowledged write survives: power loss, the end of the process, nothing. */
  readonly sync: "full" | "normal" | "off";
  /** Octets; larger messages are kept apart from the rows. */
  readonly inlineMax: number;
  /** Whether equal large messages are stored once. */
  readonly dedup: boolean;
  /** Free octets below which no new mail is taken; may change. */
  readonly minFree: number;
}

/** What the store tells by itself. */
export interface StoreReports {
  /** Called when the state changes. */
  readonly onHealth?: (state: StoreHealth["state"]) => void;
  /** Called once for each content that is found to be unreadable. */
  readonly onDamage?: (damage: ContentDamage) => void;
  /** Called with the reason when deleted data is kept for too long, and with undefined when it is gone. */
  readonly onErasureLate?: (reason: string | undefined) => void;
  /** Called when nothing can be written any more: the process should end. */
  readonly onFatal?: (error: Error) => void;
  /** An error that is ours, from work nobody waits for. */
  readonly onBug?: (error: unknown) => void;
}

export interface StoreOptions extends StoreReports {
  /** Made, with mode 0700, if missing. */
  readonly stateDir: string;
  /** As the configuration is now. */
  storage(): StorageOptions;
  readonly clock: Clock;
  readonly timers: Pick<Timers, "every">;
}
