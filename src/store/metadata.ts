/** Annotations (RFC 5464) of accounts, and their push tokens. @module */
import type { AccountId } from "../base/ids.ts";

export interface MetadataStore {
  pushTokens(account: AccountId): Promise<string[]>;
  /** Adds or refreshes one; beyond 20 the oldest goes. */
  putPushToken(account: AccountId, token: string): Promise<void>;
  clearPushTokens(account: AccountId): Promise<void>;
}
