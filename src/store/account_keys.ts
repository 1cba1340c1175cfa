/** Public keys of accounts, to which what the relay itself says is encrypted. @module */
import type { AccountId } from "../base/ids.ts";

export interface AccountKeyStore {
  /** OpenPGP certificates (RFC 9580 §10.1), of those that have one. */
  of(accounts: readonly AccountId[]): Promise<Map<AccountId, Uint8Array>>;
  /** Replaces the one before. Nothing happens for an account that is gone. */
  put(account: AccountId, certificate: Uint8Array): Promise<void>;
  count(): Promise<number>;
  /** All of them. */
  forget(): Promise<void>;
}
