/** One device that is to wake up. @module */
import type { AccountId } from "../base/ids.ts";

/** Times on the monotonic clock. */
export interface Job {
  readonly key: string;
  readonly account: AccountId;
  readonly token: string;
  /** When the last message came that it is about. */
  sinceMs: number;
  dueMs: number;
  /** Attempts so far, which failed. */
  failed: number;
  triedMs: number | undefined;
  /** Another message came while a request was on its way. */
  isRenewed: boolean;
  /** It is in the store. */
  isWritten: boolean;
}
