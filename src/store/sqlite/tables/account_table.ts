/** The accounts table. @module */
import type { AccountId, MailboxId, TokenId } from "../../../base/ids.ts";
import type { Address } from "../../../mail/address.ts";
import type {
  Account,
  AccountFigures,
  AccountFilter,
  AccountListing,
  AccountOrder,
  AccountQuery,
  LoginRecord,
  NewAccount,
} from "../../accounts.ts";
import type { SomeRows } from "../recent_count.ts";
import {
  type Connection,
  type SqlValue,
  withoutNulls,
} from "../database/connection.ts";

const COLUMNS =
  `accounts.id AS id, address, password_hash AS passwordHash, state, origin,
  created_at AS createdAt, first_login_at AS firstLoginAt, last_login_day AS lastLoginDay,
  quota_octets AS quotaOctets, token_id AS tokenId, pinned`;

/** Whether an entry of the blocklist covers the account. */
const IS_BLOCKED = `(
  EXISTS (SELECT 1 FROM blocklist WHERE pattern = address)
  OR EXISTS (
    SELECT 1 FROM blocklist
    WHERE substr(pattern, instr(pattern, '@')) = substr(address, instr(address, '@'))
      AND instr(pattern, '*') > 0
      AND substr(address, 1, instr(pattern, '*') - 1)
        = substr(pattern, 1, instr(pattern, '*') - 1)))`;

const LISTED =
  `${COLUMNS}, octets AS usedOctets, messages, ${IS_BLOCKED} AS blocked`;

interface Order {
  /** Of what is narrow enough to be sorted. */
  readonly forward: string;
  readonly backward: string;
  /** Whether it goes by what accounts hold. */
  readonly ofUsage: boolean;
}

function byAccount(forward: string, backward: string): Order {
  return { forward, backward, ofUsage: false };
}

function byUsage(column: "octets" | "messages"): Order {
  return {
    forward: `${column} DESC NULLS LAST, accounts.id`,
    backward: `${column} NULLS FIRST, accounts.id DESC`,
    ofUsage: true,
  };
}

/** Those that were made at one time come in the order in which they were made. */
const ORDERS: Record<AccountOrder, Order> = {
  username: byAccount("address", "address DESC"),
  created: byAccount(
    "created_at DESC, accounts.id DESC",
    "created_at, accounts.id",
  ),
  last_login: byAccount(
    "last_login_day DESC NULLS LAST, accounts.id",
    "last_login_day NULLS FIRST, accounts.id DESC",
  ),
  used: byUsage("octets"),
  messages: byUsage("messages"),
};

/** What is compared with ?2; `every` where there is no filter. */
const FILTERS: Record<AccountFilter["kind"] | "every", string> = {
  every: "?2 IS NULL",
  never: "?2 IS NULL AND first_login_at IS NULL AND state = 'active'",
  inactive: "lived_login_day < ?2 AND state = 'active'",
  over_quota: "octets >= coalesce(quota_octets, ?2) AND state = 'active'",
  blocked: `?2 IS NULL AND ${IS_BLOCKED}`,
};

function placeOf({ kind }: RowFilter, ofUsage: boolean): string {
  return ofUsage || kind === "over_quota"
    ? "accounts LEFT JOIN usage ON account_id = accounts.id"
    : "accounts";
}

/** A filter as the table knows it: with a day that was lived through. */
export interface RowFilter {
  readonly kind: keyof typeof FILTERS;
  readonly than: number | null;
}

interface AccountRow extends Omit<Account, "pinned"> {
  readonly pinned: number;
}

function accountOf<T extends AccountRow>(
  row: T,
): Omit<T, "pinned"> & { pinned: boolean } {
  return { ...withoutNulls(row), pinned: row.pinned === 1 };
}

interface ListingRow extends AccountRow {
  readonly usedOctets: number;
  readonly messages: number;
  readonly blocked: number;
}

function listingOf(row: ListingRow): AccountListing {
  return { ...accountOf(row), blocked: row.blocked === 1 };
}

/** What the age of an account is counted from. */
export interface LivedDates {
  readonly createdLived: number;
  readonly loginLivedDay?: number;
}

/** What delivery must know about a recipient. */
export interface Recipient {
  readonly inbox: MailboxId;
  readonly usedOctets: number;
  readonly quotaOctets: number | null;
  readonly blocked: number;
}

export class AccountTable {
  constructor(readonly db: Connection) {}

  find(address: Address): Account | undefined {
    const row = this.db.row<AccountRow>(
      `SELECT ${COLUMNS} FROM accounts WHERE address = ?`,
      address,
    );
    return row && accountOf(row);
  }

  byId(id: AccountId): Account | undefined {
    const row = this.db.row<AccountRow>(
      `SELECT ${COLUMNS} FROM accounts WHERE id = ?`,
      id,
    );
    return row && accountOf(row);
  }

  welcome(ids: readonly AccountId[]): Map<AccountId, string> {
    const rows = this.db.rows<{ id: AccountId; passwordHash: string }>(
      `SELECT id, password_hash AS passwordHash FROM accounts
       WHERE id IN (SELECT value FROM json_each(?)) AND state = 'active'
         AND NOT ${IS_BLOCKED}`,
      JSON.stringify(ids),
    );
    return new Map(rows.map(({ id, passwordHash }) => [id, passwordHash]));
  }

  page(after: AccountId, limit: number): AccountListing[] {
    return this.db.rows<ListingRow>(
      `SELECT ${LISTED}
       FROM accounts LEFT JOIN usage ON account_id = accounts.id
       WHERE accounts.id > ? ORDER BY accounts.id LIMIT ? + 0`,
      after,
      limit,
    ).map(listingOf);
  }

  count(): number {
    return this.db.row<{ n: number }>("SELECT count(*) AS n FROM accounts")!.n;
  }

  /** Some that come after one, each as 1. */
  someAfter(id: number, limit: number): SomeRows {
    return this.db.row<SomeRows>(
      `SELECT count(*) AS rows, count(*) AS sum, coalesce(max(id), 0) AS last
       FROM (SELECT id FROM accounts WHERE id > ? ORDER BY id LIMIT ?)`,
      id,
      limit,
    )!;
  }

  /** Of some that come after one. */
  someFigures(
    id: number,
    limit: number,
    { livedDay, defaultQuotaOctets }: {
      readonly livedDay: number;
      readonly defaultQuotaOctets: number;
    },
  ): SomeRows<keyof AccountFigures> {
    return this.db.row<SomeRows<keyof AccountFigures>>(
      `SELECT count(*) AS rows, count(*) AS total,
         coalesce(max(id), 0) AS last,
         coalesce(sum(lived_login_day >= ?3 - 1), 0) AS activeDay,
         coalesce(sum(lived_login_day > ?3 - 30), 0) AS activeMonth,
         coalesce(sum(first_login_at IS NULL), 0) AS neverLoggedIn,
         coalesce(sum(octets >= coalesce(quota_octets, ?4)), 0) AS overQuota,
         coalesce(sum(messages), 0) AS messages,
         coalesce(sum(octets), 0) AS octets
       FROM (SELECT id, lived_login_day, first_login_at, quota_octets,
           messages, octets
         FROM accounts LEFT JOIN usage ON account_id = id
         WHERE id > ?1 ORDER BY id LIMIT ?2 + 0)`,
      id,
      limit,
      livedDay,
      defaultQuotaOctets,
    )!;
  }

  /** Chosen and sorted by what is narrow, then read as a whole: a page of many costs little. */
  list(
    { search = "", order = "username", reversed, offset, limit }: AccountQuery,
    filter: RowFilter,
  ): AccountListing[] {
    const { forward, backward, ofUsage } = ORDERS[order];
    const sorted = reversed ? backward : forward;
    return this.db.rows<ListingRow>(
      `WITH chosen AS MATERIALIZED (
         SELECT accounts.id FROM ${placeOf(filter, ofUsage)}
         WHERE (?1 = '' OR instr(address, ?1) > 0) AND ${FILTERS[filter.kind]}
         ORDER BY ${sorted} LIMIT ?3 + 0 OFFSET ?4)
       SELECT ${LISTED}
       FROM chosen JOIN accounts ON accounts.id = chosen.id
         LEFT JOIN usage ON account_id = accounts.id
       ORDER BY ${sorted}`,
      search,
      filter.than,
      limit,
      offset,
    ).map(listingOf);
  }

  countMatching(search: string, filter: RowFilter): number {
    return this.db.row<{ n: number }>(
      `SELECT count(*) AS n FROM ${placeOf(filter, false)}
       WHERE (?1 = '' OR instr(address, ?1) > 0) AND ${FILTERS[filter.kind]}`,
      search,
      filter.than,
    )!.n;
  }

  /** Those that an entry of the blocklist covers: an address, or what comes before a star and the domain. */
  countCovered(pattern: string): number {
    return this.db.row<{ n: number }>(
      `SELECT count(*) AS n FROM accounts WHERE address = ?1 OR (
         instr(?1, '*') > 0
         AND substr(address, instr(address, '@')) = substr(?1, instr(?1, '@'))
         AND substr(address, 1, instr(?1, '*') - 1) = substr(?1, 1, instr(?1, '*') - 1))`,
      pattern,
    )!.n;
  }

  /** The account must not exist. */
  insert(
    account: NewAccount,
    lived: LivedDates,
    token: TokenId | undefined,
  ): AccountId {
    return this.db.insert(
      `INSERT INTO accounts (address, password_hash, origin, created_at, first_login_at,
         last_login_day, quota_octets, token_id, pinned, lived_created_at, lived_login_day)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      account.address,
      account.passwordHash,
      account.origin,
      account.createdAt,
      account.firstLoginAt ?? null,
      account.lastLoginDay ?? null,
      account.quotaOctets ?? null,
      token ?? null,
      account.pinned ? 1 : 0,
      lived.createdLived,
      lived.loginLivedDay ?? null,
    ) as AccountId;
  }

  /** undefined for an account that takes no mail at all. */
  recipient(id: AccountId): Recipient | undefined {
    return this.db.row<Recipient>(
      `SELECT m.id AS inbox, u.octets AS usedOctets, a.quota_octets AS quotaOctets,
         ${IS_BLOCKED} AS blocked
       FROM accounts a
       JOIN usage u ON u.account_id = a.id
       JOIN mailboxes m ON m.account_id = a.id AND m.name = 'INBOX'
       WHERE a.id = ? AND a.state = 'active'`,
      id,
    );
  }

  /** A day that a wrong clock has written gives way to an earlier one. */
  recordLogin(
    login: LoginRecord,
    { day, livedDay }: { day: number; livedDay: number },
  ): void {
    this.db.run(
      `UPDATE accounts SET first_login_at = coalesce(first_login_at, ?2),
         last_login_day = ?3, lived_login_day = ?4
       WHERE id = ?1 AND (last_login_day IS NOT ?3 OR lived_login_day IS NOT ?4)`,
      login.account,
      login.atSeconds,
      day,
      livedDay,
    );
    if (login.upgrade) {
      this.db.run(
        `UPDATE accounts SET password_hash = ?
         WHERE id = ? AND state = 'active' AND password_hash = ?`,
        login.upgrade.to,
        login.account,
        login.upgrade.from,
      );
    }
  }

  setPasswordHash(id: AccountId, hash: string): boolean {
    return this.#set("password_hash", id, hash);
  }

  setQuota(id: AccountId, octets: number | undefined): boolean {
    return this.#set("quota_octets", id, octets ?? null);
  }

  setPinned(id: AccountId, pinned: boolean): boolean {
    return this.#set("pinned", id, pinned ? 1 : 0);
  }

  markDeleting(id: AccountId): boolean {
    return this.#set("state", id, "deleting");
  }

  deleting(): AccountId[] {
    return this.db.column(
      "SELECT id FROM accounts WHERE state = 'deleting'",
    ) as AccountId[];
  }

  remove(id: AccountId): void {
    this.db.run("DELETE FROM accounts WHERE id = ?", id);
  }

  /** Never logged in, oldest first. */
  unusedSince(livedSeconds: number, limit: number): Account[] {
    return this.db.rows<AccountRow>(
      `SELECT ${COLUMNS} FROM accounts
       WHERE first_login_at IS NULL AND lived_created_at < ? AND state = 'active' AND pinned = 0
       ORDER BY lived_created_at LIMIT ? + 0`,
      livedSeconds,
      limit,
    ).map(accountOf);
  }

  /** Last login before a day that was lived through. */
  inactiveSince(livedDay: number, limit: number): Account[] {
    return this.db.rows<AccountRow>(
      `SELECT ${COLUMNS} FROM accounts
       WHERE pinned = 0 AND lived_login_day < ? AND state = 'active'
       ORDER BY lived_login_day LIMIT ? + 0`,
      livedDay,
      limit,
    ).map(accountOf);
  }

  #set(column: string, id: AccountId, value: SqlValue): boolean {
    return this.db.run(
      `UPDATE accounts SET ${column} = ? WHERE id = ? AND state = 'active'`,
      value,
      id,
    ) > 0;
  }
}
