/** Annotations (RFC 5464) of accounts, and their push tokens. @module */
import { days } from "../base/durations.ts";
import type { AccountId } from "../base/ids.ts";

/** Of the store's time. A client renews its token with each connection. */
export const PUSH_TOKEN_AGE_SECONDS = days(90);

export interface MetadataStore {
  /** Those that were renewed in the last 90 days, from the oldest. */
  pushTokens(account: AccountId): Promise<string[]>;
  /** Adds or renews one; beyond 20 the oldest goes. One that was renewed today is left as it is. */
  putPushToken(account: AccountId, token: string): Promise<void>;
  removePushToken(account: AccountId, token: string): Promise<void>;
  clearPushTokens(account: AccountId): Promise<void>;
}
