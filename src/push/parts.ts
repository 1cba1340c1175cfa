/** What the notifier works with. @module */
import type { Clock, Timers } from "../base/clock.ts";
import type { MetadataStore } from "../store/metadata.ts";
import type { RecordStore } from "../store/records.ts";
import type { PushProxy } from "./proxy.ts";

/** `on`: also while the proxy is out of order for long. */
export type PushMode = "auto" | "on" | "off";
/** What becomes of a notification, or of an attempt. */
export type PushResult = "sent" | "gone" | "refused" | "failed" | "dropped";

export interface NotifierParts {
  readonly store: {
    readonly metadata: Pick<MetadataStore, "pushTokens" | "removePushToken">;
    readonly records: RecordStore;
  };
  readonly proxy: PushProxy;
  readonly clock: Clock;
  readonly timers: Timers;
  /** From 0 to 1. */
  lot(): number;
  mode(): PushMode;
  count(result: PushResult): void;
  /** The breaker has opened or closed. */
  onBreaker(isOpen: boolean): void;
  reportBug(error: unknown): void;
}
