/** Accounts, tokens and the blocklist: reads here, writes by the writer. @module */
import { dayOf } from "../../base/clock.ts";
import type { AccountId } from "../../base/ids.ts";
import type { Address } from "../../mail/address.ts";
import type {
  Account,
  AccountFigures,
  AccountFilter,
  AccountListing,
  AccountQuery,
  AccountSize,
  AccountStore,
  BlockEntry,
  FoundAccount,
  KnownSums,
  LoginRecord,
  NewAccount,
  RegistrationToken,
  TokenChange,
} from "../accounts.ts";
import type { StoreClock } from "../clock.ts";
import { type Connection, readTogether } from "./database/connection.ts";
import { LARGE_LIST, type LargeLists } from "./lists/large_lists.ts";
import type { LazyJobs } from "./writer/lazy_jobs.ts";
import type { Background } from "./background.ts";
import { RecentLargest } from "./recent_largest.ts";
import {
  RecentCount,
  type RecentCountParts,
  RecentSums,
} from "./recent_count.ts";
import { AccountTable, type RowFilter } from "./tables/account_table.ts";
import { BlockTable } from "./tables/block_table.ts";
import { TokenTable } from "./tables/token_table.ts";
import { UsageTable } from "./tables/usage_table.ts";
import { OutcomeUnknown, type Writer } from "./writer/writer.ts";

const ACCOUNTS_AT_ONCE = 500; // in one transaction

const OCTETS_OLD_SECONDS = 300;
const FIGURES_OLD_SECONDS = 60;
/** Two tables are read for each. */
const FIGURES_AT_ONCE = 2000;
const FIGURES = [
  "total",
  "activeDay",
  "activeMonth",
  "neverLoggedIn",
  "overQuota",
  "messages",
  "octets",
] as const satisfies readonly (keyof AccountFigures)[];

export interface AccountStoreParts {
  readonly reads: Connection;
  readonly writer: Writer;
  readonly lazy: LazyJobs;
  readonly time: StoreClock;
  readonly background: Pick<Background, "spawn">;
  readonly lists: Pick<LargeLists, "list">;
}

export class SqliteAccountStore implements AccountStore {
  readonly writer: Writer;
  readonly lazy: LazyJobs;
  readonly #lists: Pick<LargeLists, "list">;
  readonly #reads: Connection;
  readonly #time: StoreClock;
  readonly #accounts: AccountTable;
  readonly #blocklist: BlockTable;
  readonly #tokens: TokenTable;
  readonly #largest: RecentLargest;
  readonly #count: RecentCount;
  readonly #octets: RecentCount;
  readonly #figures: RecentSums<keyof AccountFigures>;
  #defaultQuotaOctets = 0;

  constructor(parts: AccountStoreParts) {
    const { reads, writer, lazy, time, background, lists } = parts;
    this.#lists = lists;
    this.writer = writer;
    this.lazy = lazy;
    this.#reads = reads;
    this.#time = time;
    this.#accounts = new AccountTable(reads);
    this.#blocklist = new BlockTable(reads);
    this.#tokens = new TokenTable(reads);
    const shared: Omit<RecentCountParts, "look"> = {
      seconds: () => time.seconds(),
      pause: () => new Promise((resolve) => setTimeout(resolve, 1)),
      spawn: (work) => background.spawn(work),
    };
    const usage = new UsageTable(reads);
    this.#count = new RecentCount({
      ...shared,
      look: (after, limit) => this.#accounts.someAfter(after, limit),
    });
    this.#octets = new RecentCount({
      ...shared,
      look: (after, limit) => usage.someOctetsAfter(after, limit),
      oldSeconds: OCTETS_OLD_SECONDS,
    });
    this.#largest = new RecentLargest(usage, shared);
    this.#figures = new RecentSums({
      ...shared,
      names: FIGURES,
      look: (after, limit) =>
        this.#accounts.someFigures(after, limit, {
          livedDay: dayOf(time.seconds()),
          defaultQuotaOctets: this.#defaultQuotaOctets,
        }),
      oldSeconds: FIGURES_OLD_SECONDS,
      rowsAtOnce: FIGURES_AT_ONCE,
    });
  }

  find(address: Address): Promise<Account | undefined> {
    return Promise.try(() => this.#accounts.find(address));
  }

  findMany(addresses: readonly Address[]): Promise<FoundAccount[]> {
    return Promise.try(() =>
      readTogether(this.#reads, () =>
        addresses.map((address) => ({
          account: this.#accounts.find(address),
          blocked: this.#blocklist.covering(address) !== undefined,
        })))
    );
  }

  byId(id: AccountId): Promise<Account | undefined> {
    return Promise.try(() => this.#accounts.byId(id));
  }

  welcome(
    ids: readonly AccountId[],
  ): Promise<ReadonlyMap<AccountId, string>> {
    return Promise.try(() => this.#accounts.welcome(ids));
  }

  async list(
    query: AccountQuery,
  ): Promise<{ accounts: AccountListing[]; total: number }> {
    const { search = "", filter } = query;
    const rows = this.#rowFilter(filter);
    const isAll = search === "" && filter === undefined;
    const about = await this.#count.get();
    if (about >= LARGE_LIST) {
      const found = await this.#lists.list(query, rows);
      if (found) {
        return { accounts: [...found.accounts], total: found.total ?? about };
      }
    }
    const total = isAll
      ? this.#accounts.count()
      : this.#accounts.countMatching(search, rows);
    return { accounts: this.#accounts.list(query, rows), total };
  }

  #rowFilter(filter: AccountFilter | undefined): RowFilter {
    switch (filter?.kind) {
      case undefined:
        return { kind: "every", than: null };
      case "never":
        return { kind: "never", than: null };
      case "inactive":
        return {
          kind: "inactive",
          than: dayOf(this.#time.seconds()) - filter.days,
        };
      case "over_quota":
        return { kind: "over_quota", than: filter.defaultOctets };
      case "blocked":
        return { kind: "blocked", than: null };
    }
  }

  page(after: AccountId, limit: number): Promise<AccountListing[]> {
    return Promise.try(() => this.#accounts.page(after, limit));
  }

  countAbout(): Promise<number> {
    return this.#count.get();
  }

  octetsAbout(): Promise<number> {
    return this.#octets.get();
  }

  figuresAbout(defaultQuotaOctets: number): Promise<AccountFigures> {
    this.#defaultQuotaOctets = defaultQuotaOctets;
    return this.#figures.get();
  }

  knownNow(defaultQuotaOctets: number): KnownSums {
    this.#defaultQuotaOctets = defaultQuotaOctets;
    return {
      count: this.#count.known(),
      octets: this.#octets.known(),
      figures: this.#figures.known(),
    };
  }

  largestAbout(): Promise<readonly AccountSize[]> {
    return this.#largest.get();
  }

  async create(account: NewAccount): Promise<AccountId> {
    const id = await this.writer.submit("createAccount", account);
    this.#count.added(1);
    return id;
  }

  async createMany(
    accounts: readonly NewAccount[],
  ): Promise<(AccountId | undefined)[]> {
    const ids: (AccountId | undefined)[] = [];
    for (let at = 0; at < accounts.length; at += ACCOUNTS_AT_ONCE) {
      const some = accounts.slice(at, at + ACCOUNTS_AT_ONCE);
      const made = await this.writer.submit("createAccounts", some);
      this.#count.added(made.filter((id) => id !== undefined).length);
      ids.push(...made);
    }
    return ids;
  }

  setPasswordHash(id: AccountId, hash: string): Promise<void> {
    return this.writer.submit("setPasswordHash", { id, hash });
  }

  setQuota(id: AccountId, octets: number | undefined): Promise<void> {
    return this.writer.submit("setQuota", { id, octets });
  }

  setPinned(id: AccountId, pinned: boolean): Promise<void> {
    return this.writer.submit("setPinned", { id, pinned });
  }

  recordLogin(login: LoginRecord): void {
    this.lazy.recordLogin(login);
  }

  startDeletion(id: AccountId, block?: BlockEntry): Promise<void> {
    return this.writer.submit("startDeletion", { id, block });
  }

  async finishDeletion(id: AccountId): Promise<void> {
    for (let more = true; more;) {
      try {
        more = await this.writer.submit("deleteSome", id);
      } catch (error) {
        // what is deleted twice is deleted
        if (!(error instanceof OutcomeUnknown)) throw error;
      }
    }
  }

  deleting(): Promise<AccountId[]> {
    return Promise.try(() => this.#accounts.deleting());
  }

  async purge(id: AccountId): Promise<number> {
    let deleted = 0;
    for (let more = true; more;) {
      const step = await this.writer.submit("removeSomeMail", id);
      deleted += step.deleted;
      more = step.more;
    }
    return deleted;
  }

  unusedFor(ageSeconds: number, limit: number): Promise<Account[]> {
    const before = this.#time.seconds() - ageSeconds;
    return Promise.try(() => this.#accounts.unusedSince(before, limit));
  }

  inactiveFor(ageDays: number, limit: number): Promise<Account[]> {
    const day = dayOf(this.#time.seconds()) - ageDays;
    return Promise.try(() => this.#accounts.inactiveSince(day, limit));
  }

  blocking(address: Address): Promise<BlockEntry | undefined> {
    return Promise.try(() => this.#blocklist.covering(address));
  }

  countCovered(pattern: string): Promise<number> {
    return Promise.try(() => this.#accounts.countCovered(pattern));
  }

  listBlocked(): Promise<BlockEntry[]> {
    return Promise.try(() => this.#blocklist.list());
  }

  countBlocked(): Promise<number> {
    return Promise.try(() => this.#blocklist.count());
  }

  block(entry: BlockEntry): Promise<void> {
    return this.writer.submit("block", entry);
  }

  unblock(pattern: string): Promise<boolean> {
    return this.writer.submit("unblock", pattern);
  }

  listTokens(): Promise<RegistrationToken[]> {
    return Promise.try(() => this.#tokens.list(this.#time.seconds()));
  }

  findToken(token: string): Promise<RegistrationToken | undefined> {
    return Promise.try(() => this.#tokens.find(token, this.#time.seconds()));
  }

  putToken(
    change: TokenChange,
  ): Promise<{ token: RegistrationToken; created: boolean }> {
    return this.writer.submit("putToken", change);
  }

  deleteToken(token: string): Promise<boolean> {
    return this.writer.submit("deleteToken", token);
  }

  tokenAccounts(
    token: string,
  ): Promise<{ address: Address; loggedIn: boolean }[]> {
    return Promise.try(() => this.#tokens.accounts(token));
  }
}
