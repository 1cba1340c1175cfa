/** Accounts, registration tokens and the blocklist, as the relay sees them. @module */
import type { Address } from "../mail/address.ts";
import type { AccountId, TokenId } from "../base/ids.ts";

export type AccountOrigin = "jit" | "new" | "admin" | "cli" | "import";

export interface Account {
  readonly id: AccountId;
  readonly address: Address;
  readonly passwordHash: string;
  readonly state: "active" | "deleting";
  readonly origin: AccountOrigin;
  /** Seconds since 1970 UTC. */
  readonly createdAt: number;
  readonly firstLoginAt?: number;
  /** Days since 1970 UTC. */
  readonly lastLoginDay?: number;
  /** Override of the default quota; 0 accepts no mail. */
  readonly quotaOctets?: number;
  readonly tokenId?: TokenId;
  /** Exempt from the pruning of inactive accounts. */
  readonly pinned: boolean;
}

export interface NewAccount {
  readonly address: Address;
  readonly passwordHash: string;
  readonly origin: AccountOrigin;
  readonly createdAt: number;
  /** A registration token, used up in the same transaction. */
  readonly token?: string;
  readonly quotaOctets?: number;
  readonly firstLoginAt?: number;
  readonly lastLoginDay?: number;
  readonly pinned?: boolean;
}

/** Takes effect only while the stored form is still `from`: it never undoes a password change. */
export interface PasswordUpgrade {
  readonly from: string;
  readonly to: string;
}

/** One login, written at most once a day for an account. */
export interface LoginRecord {
  readonly account: AccountId;
  readonly atSeconds: number;
  /** A better stored form of the password that the login has just proved. */
  readonly upgrade?: PasswordUpgrade;
}

export interface AccountListing extends Account {
  readonly usedOctets: number;
  readonly messages: number;
  /** An entry of the blocklist covers it. */
  readonly blocked: boolean;
}

/** Names ascend; of all others the largest or latest comes first. */
export type AccountOrder =
  | "username"
  | "created"
  | "last_login"
  | "used"
  | "messages";

/** Which accounts of a list: each kind with what it is measured by. */
export type AccountFilter =
  /** Nobody ever logged in. */
  | { readonly kind: "never" }
  /** Last logged in more than so many days ago, of time that was lived through. */
  | { readonly kind: "inactive"; readonly days: number }
  /** Hold as much as they may, or more; the default is for those without a quota of their own. */
  | { readonly kind: "over_quota"; readonly defaultOctets: number }
  /** An entry of the blocklist covers them. */
  | { readonly kind: "blocked" };

export interface AccountQuery {
  readonly search?: string;
  /** All when absent. */
  readonly filter?: AccountFilter;
  /** By name when absent. */
  readonly order?: AccountOrder;
  /** The last one first. */
  readonly reversed?: boolean;
  readonly offset: number;
  readonly limit: number;
}

export interface BlockEntry {
  /** An address, `*@domain` or `prefix*@domain`. */
  readonly pattern: string;
  readonly reason: string;
  readonly createdAt: number;
}

/** What there is at an address. */
export interface FoundAccount {
  readonly account: Account | undefined;
  /** An entry of the blocklist covers the address, whether there is an account or not. */
  readonly blocked: boolean;
}

export interface RegistrationToken {
  readonly id: TokenId;
  readonly token: string;
  readonly maxUses: number;
  /** Uses by accounts, logged in or not. */
  readonly used: number;
  /** Of these, the accounts that have not logged in yet. */
  readonly pending: number;
  readonly comment: string;
  /** As it was said, seconds since 1970 UTC. */
  readonly expiresAt?: number;
  /** What is left of it in time that is lived through; 0 or less when it has expired. */
  readonly secondsLeft?: number;
  readonly createdAt: number;
}

export interface TokenChange {
  readonly token: string;
  readonly maxUses?: number;
  readonly comment?: string;
  /** null removes the expiry. */
  readonly expiresAt?: number | null;
}

export const MAX_LARGEST = 50;

export interface AccountSize {
  readonly account: AccountId;
  readonly octets: number;
  readonly messages: number;
}

/** How many accounts there are of a kind, and what all of them hold. */
export interface AccountFigures {
  readonly total: number;
  /** Logged in today or yesterday, of time that was lived through. */
  readonly activeDay: number;
  /** Logged in within 30 days. */
  readonly activeMonth: number;
  readonly neverLoggedIn: number;
  /** Hold as much as they may, or more. */
  readonly overQuota: number;
  readonly messages: number;
  readonly octets: number;
}

export interface KnownSums {
  readonly count: number | undefined;
  readonly octets: number | undefined;
  readonly figures: AccountFigures | undefined;
}

/** Durable when a promise resolves; every refusal is a `Refusal`. */
export interface AccountStore {
  find(address: Address): Promise<Account | undefined>;
  /** One for each address, in their order, all as they were at one moment. */
  findMany(addresses: readonly Address[]): Promise<FoundAccount[]>;
  byId(id: AccountId): Promise<Account | undefined>;
  /**
   * Those of these accounts that may have sessions: active and not blocked.
   *
   * @returns the stored form of each one's password
   */
  welcome(
    ids: readonly AccountId[],
  ): Promise<ReadonlyMap<AccountId, string>>;
  list(
    query: AccountQuery,
  ): Promise<{ accounts: AccountListing[]; total: number }>;
  /** By id, all that come after one; neither skips nor repeats any while others come and go. */
  page(after: AccountId, limit: number): Promise<AccountListing[]>;
  /** How many there are; of many, how many there were some seconds ago. What this process creates counts at once. */
  countAbout(): Promise<number>;
  /** What all accounts hold together; of many, what it was some minutes ago. */
  octetsAbout(): Promise<number>;
  /**
   * All of it; of many accounts, as it was a minute or two ago.
   *
   * @param defaultQuotaOctets Of those without a quota of their own.
   */
  figuresAbout(defaultQuotaOctets: number): Promise<AccountFigures>;
  /**
   * The three above without any waiting: exact, or of many accounts what was
   * counted last, while it is counted again. What has never been counted is
   * missing until it is.
   *
   * @param defaultQuotaOctets Of those without a quota of their own.
   */
  knownNow(defaultQuotaOctets: number): KnownSums;
  /** Those that hold most, at most `MAX_LARGEST`; of many accounts, as it was a minute or two ago. */
  largestAbout(): Promise<readonly AccountSize[]>;
  /**
   * Adds the account and its INBOX in one transaction, never over another one.
   *
   * @throws {Refusal} `username_taken`, `token_invalid`, or `busy` while an
   * account of this name is still being deleted.
   */
  create(account: NewAccount): Promise<AccountId>;
  /** Several at once; a taken name gives undefined at its place. */
  createMany(
    accounts: readonly NewAccount[],
  ): Promise<(AccountId | undefined)[]>;
  setPasswordHash(id: AccountId, hash: string): Promise<void>;
  /** undefined goes back to the default. */
  setQuota(id: AccountId, octets: number | undefined): Promise<void>;
  setPinned(id: AccountId, pinned: boolean): Promise<void>;
  /** Batched; resolves when queued, and is flushed on close. */
  recordLogin(login: LoginRecord): void;
  /**
   * Marks the account as deleting and, when given, blocks its name, in one
   * transaction; from then on it is unknown to logins and delivery.
   */
  startDeletion(id: AccountId, block?: BlockEntry): Promise<void>;
  /** Removes what one deleting account holds, in chunks, then the account. */
  finishDeletion(id: AccountId): Promise<void>;
  /** What a crash left half deleted. */
  deleting(): Promise<AccountId[]>;
  /** Removes all mail, keeps the account; gives the number of messages. */
  purge(id: AccountId): Promise<number>;
  /** Not pinned, never logged in, and made longer ago than that, of time that was lived through. */
  unusedFor(ageSeconds: number, limit: number): Promise<Account[]>;
  /** Not pinned, and last logged in more than so many days ago, of time that was lived through. */
  inactiveFor(ageDays: number, limit: number): Promise<Account[]>;

  /** The entry that covers this address, if any. */
  blocking(address: Address): Promise<BlockEntry | undefined>;
  /** Accounts that an entry of the blocklist covers, or would cover. */
  countCovered(pattern: string): Promise<number>;
  listBlocked(): Promise<BlockEntry[]>;
  countBlocked(): Promise<number>;
  block(entry: BlockEntry): Promise<void>;
  /** False if there was no such entry. */
  unblock(pattern: string): Promise<boolean>;

  listTokens(): Promise<RegistrationToken[]>;
  findToken(token: string): Promise<RegistrationToken | undefined>;
  /** Creates the token or, where it exists, changes the given fields. */
  putToken(
    change: TokenChange,
  ): Promise<{ token: RegistrationToken; created: boolean }>;
  /** Never touches accounts. False if there was none. */
  deleteToken(token: string): Promise<boolean>;
  /** Accounts made with this token. */
  tokenAccounts(
    token: string,
  ): Promise<{ address: Address; loggedIn: boolean }[]>;
}
