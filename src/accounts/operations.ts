/** What an admin does with accounts; live sessions of this process notice at once. @module */
import type { Address } from "../mail/address.ts";
import type { Account, AccountOrigin } from "../store/accounts.ts";
import type { PasswordHasher } from "./passwords/password_hasher.ts";

export interface CreateRequest {
  /** Canonical and local; drawn at random when absent. */
  readonly address?: Address;
  /** Drawn at random when absent. */
  readonly password?: string;
  readonly origin: AccountOrigin;
  /** Length limits and reserved names do not count. */
  readonly force?: boolean;
  readonly quotaOctets?: number;
  readonly pinned?: boolean;
}

export interface CreatedAccount {
  readonly address: Address;
  readonly password: string;
}

export interface RemovalReport {
  readonly deleted: number;
  readonly errors: readonly string[];
}

export interface AccountOperations {
  readonly hasher: PasswordHasher;
  /** @throws {Refusal} `username_invalid`, `username_taken`, `password_too_short`, `password_invalid`, `busy` */
  create(request: CreateRequest): Promise<CreatedAccount>;
  /**
   * Ends all sessions that logged in with another.
   *
   * @throws {Refusal} `password_too_short`, `password_invalid`
   */
  setPassword(account: Account, password: string): Promise<void>;
  /** Ends its sessions and removes all it holds; blocks the name when a reason is given. */
  remove(account: Account, blockReason?: string): Promise<void>;
  /** Every account, each blocked with the reason. */
  removeAll(blockReason: string): Promise<RemovalReport>;
  /** Removes all mail and keeps the account; gives the number of messages. */
  purge(account: Account): Promise<number>;
  /**
   * Blocks an address or pattern: no login, no mail, sessions end. Data is kept.
   *
   * @returns the pattern as it is stored
   * @throws {Refusal} `invalid_value` if it is neither
   */
  block(pattern: string, reason: string): Promise<string>;
  /** @throws {Refusal} `invalid_value`, `not_found` */
  unblock(pattern: string): Promise<string>;
}
