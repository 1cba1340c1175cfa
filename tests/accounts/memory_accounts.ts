/** An account store in memory, for tests: the rules of the real one without its durability. @module */
import type { AccountId, TokenId } from "../../src/base/ids.ts";
import { dayOf } from "../../src/base/clock.ts";
import { Refusal } from "../../src/base/refusal.ts";
import type { Address } from "../../src/mail/address.ts";
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
} from "../../src/store/accounts.ts";
import { isCovered } from "../../src/accounts/block_patterns.ts";

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export class MemoryAccounts implements AccountStore {
  readonly rows = new Map<AccountId, Writable<Account>>();
  readonly blocks = new Map<string, BlockEntry>();
  readonly tokens = new Map<string, Writable<RegistrationToken>>();
  readonly logins: LoginRecord[] = [];
  /** Look-ups by address. */
  finds = 0;
  #nextId = 1;

  constructor(readonly now: () => number = () => 1_800_000_000) {}

  async welcome(
    ids: readonly AccountId[],
  ): Promise<ReadonlyMap<AccountId, string>> {
    const found = new Map<AccountId, string>();
    for (const id of ids) {
      const account = await this.byId(id);
      if (account?.state !== "active") continue;
      if (await this.blocking(account.address)) continue;
      found.set(id, account.passwordHash);
    }
    return found;
  }

  async find(address: Address): Promise<Account | undefined> {
    this.finds++;
    await Promise.resolve();
    return this.#named(address);
  }

  async findMany(addresses: readonly Address[]): Promise<FoundAccount[]> {
    this.finds++;
    await Promise.resolve();
    return addresses.map((address) => ({
      account: this.#named(address),
      blocked: this.#isBlocked(address),
    }));
  }

  async byId(id: AccountId): Promise<Account | undefined> {
    await Promise.resolve();
    return this.rows.get(id);
  }

  async list(
    { search = "", filter, reversed, offset, limit }: AccountQuery,
  ): Promise<{ accounts: AccountListing[]; total: number }> {
    await Promise.resolve();
    const all = [...this.rows.values()]
      .filter(({ address }) => address.includes(search))
      .filter((account) => this.#passes(account, filter))
      .sort((a, b) => (a.address < b.address) === !reversed ? -1 : 1);
    const accounts = all.slice(offset, offset + limit)
      .map((account) => this.#listed(account));
    return { accounts, total: all.length };
  }

  #passes(account: Account, filter: AccountFilter | undefined): boolean {
    switch (filter?.kind) {
      case undefined:
        return true;
      case "never":
        return account.firstLoginAt === undefined;
      case "inactive":
        return (account.lastLoginDay ?? Infinity) <
          dayOf(this.now()) - filter.days;
      case "over_quota": // nobody holds any mail here
        return (account.quotaOctets ?? filter.defaultOctets) === 0;
      case "blocked":
        return this.#isBlocked(account.address);
    }
  }

  async page(after: AccountId, limit: number): Promise<AccountListing[]> {
    await Promise.resolve();
    return [...this.rows.values()].filter(({ id }) => id > after)
      .sort((a, b) => a.id - b.id).slice(0, limit)
      .map((account) => this.#listed(account));
  }

  #listed(account: Account): AccountListing {
    const blocked = this.#isBlocked(account.address);
    return { ...account, usedOctets: 0, messages: 0, blocked };
  }

  #isBlocked(address: Address): boolean {
    return [...this.blocks.keys()].some((one) => isCovered(address, one));
  }

  countAbout(): Promise<number> {
    return Promise.resolve(this.rows.size);
  }

  octetsAbout(): Promise<number> {
    return Promise.resolve(0);
  }

  largestAbout(): Promise<readonly AccountSize[]> {
    return Promise.resolve([]);
  }

  countBlocked(): Promise<number> {
    return Promise.resolve(this.blocks.size);
  }

  figuresAbout(): Promise<AccountFigures> {
    return Promise.resolve(this.knownNow().figures);
  }

  knownNow(): KnownSums & { readonly figures: AccountFigures } {
    const figures = {
      total: this.rows.size,
      activeDay: 0,
      activeMonth: 0,
      neverLoggedIn: 0,
      overQuota: 0,
      messages: 0,
      octets: 0,
    };
    return { count: this.rows.size, octets: 0, figures };
  }

  async create(account: NewAccount): Promise<AccountId> {
    await Promise.resolve();
    return this.#create(account);
  }

  async createMany(
    accounts: readonly NewAccount[],
  ): Promise<(AccountId | undefined)[]> {
    await Promise.resolve();
    return accounts.map((account) =>
      this.#named(account.address) ? undefined : this.#create(account)
    );
  }

  async setPasswordHash(id: AccountId, hash: string): Promise<void> {
    await Promise.resolve();
    this.#change(id, { passwordHash: hash });
  }

  async setQuota(id: AccountId, octets: number | undefined): Promise<void> {
    await Promise.resolve();
    const { quotaOctets: _, ...rest } = this.#row(id);
    this.rows.set(
      id,
      octets === undefined ? rest : { ...rest, quotaOctets: octets },
    );
  }

  async setPinned(id: AccountId, pinned: boolean): Promise<void> {
    await Promise.resolve();
    this.#change(id, { pinned });
  }

  recordLogin(login: LoginRecord): void {
    this.logins.push(login);
    const row = this.rows.get(login.account);
    if (!row) return;
    row.firstLoginAt ??= login.atSeconds;
    row.lastLoginDay = dayOf(login.atSeconds);
    if (login.upgrade?.from === row.passwordHash) {
      row.passwordHash = login.upgrade.to;
    }
  }

  async startDeletion(id: AccountId, block?: BlockEntry): Promise<void> {
    await Promise.resolve();
    this.#change(id, { state: "deleting" });
    if (block) this.blocks.set(block.pattern, block);
  }

  async finishDeletion(id: AccountId): Promise<void> {
    await Promise.resolve();
    const row = this.rows.get(id);
    this.rows.delete(id);
    if (row?.firstLoginAt !== undefined) return;
    for (const token of this.tokens.values()) {
      if (token.id === row?.tokenId) token.used--;
    }
  }

  async deleting(): Promise<AccountId[]> {
    await Promise.resolve();
    return [...this.rows.values()]
      .filter(({ state }) => state === "deleting").map(({ id }) => id);
  }

  purge(_id: AccountId): Promise<number> {
    return Promise.resolve(3);
  }

  async unusedFor(ageSeconds: number, limit: number): Promise<Account[]> {
    await Promise.resolve();
    return [...this.rows.values()].filter((row) =>
      row.state === "active" && !row.pinned &&
      row.firstLoginAt === undefined && row.createdAt < this.now() - ageSeconds
    ).slice(0, limit);
  }

  async inactiveFor(ageDays: number, limit: number): Promise<Account[]> {
    await Promise.resolve();
    const day = dayOf(this.now()) - ageDays;
    return [...this.rows.values()].filter((row) =>
      row.state === "active" && !row.pinned &&
      (row.lastLoginDay ?? Infinity) < day
    ).slice(0, limit);
  }

  async blocking(address: Address): Promise<BlockEntry | undefined> {
    await Promise.resolve();
    return [...this.blocks.values()]
      .find(({ pattern }) => isCovered(address, pattern));
  }

  async countCovered(pattern: string): Promise<number> {
    await Promise.resolve();
    return [...this.rows.values()]
      .filter(({ address }) => isCovered(address, pattern)).length;
  }

  listBlocked(): Promise<BlockEntry[]> {
    return Promise.resolve([...this.blocks.values()]);
  }

  async block(entry: BlockEntry): Promise<void> {
    await Promise.resolve();
    this.blocks.set(entry.pattern, entry);
  }

  unblock(pattern: string): Promise<boolean> {
    return Promise.resolve(this.blocks.delete(pattern));
  }

  listTokens(): Promise<RegistrationToken[]> {
    return Promise.resolve([...this.tokens.values()].map(this.#counted));
  }

  async findToken(token: string): Promise<RegistrationToken | undefined> {
    await Promise.resolve();
    const found = this.tokens.get(token);
    return found && this.#counted(found);
  }

  async putToken(
    { expiresAt, ...change }: TokenChange,
  ): Promise<{ token: RegistrationToken; created: boolean }> {
    await Promise.resolve();
    const old = this.tokens.get(change.token);
    const { expiresAt: kept, ...token } = old ?? {
      id: this.#nextId++ as TokenId,
      maxUses: 1,
      used: 0,
      pending: 0,
      comment: "",
      createdAt: this.now(),
    };
    const expiry = expiresAt === undefined ? kept : expiresAt ?? undefined;
    const stored = {
      ...token,
      ...change,
      ...(expiry === undefined ? {} : { expiresAt: expiry }),
    };
    this.tokens.set(change.token, stored);
    return { token: this.#counted(stored), created: old === undefined };
  }

  deleteToken(token: string): Promise<boolean> {
    return Promise.resolve(this.tokens.delete(token));
  }

  async tokenAccounts(
    token: string,
  ): Promise<{ address: Address; loggedIn: boolean }[]> {
    await Promise.resolve();
    const id = this.tokens.get(token)?.id;
    return [...this.rows.values()].filter((row) => row.tokenId === id)
      .map(({ address, firstLoginAt }) => ({
        address,
        loggedIn: firstLoginAt !== undefined,
      }));
  }

  #named(address: Address): Account | undefined {
    return [...this.rows.values()].find((row) => row.address === address);
  }

  #create({ token, ...account }: NewAccount): AccountId {
    const existing = this.#named(account.address);
    if (existing?.state === "deleting") throw new Refusal("busy");
    if (existing) throw new Refusal("username_taken");
    const tokenId = token === undefined ? undefined : this.#use(token);
    const id = this.#nextId++ as AccountId;
    this.rows.set(id, {
      pinned: false,
      ...account,
      id,
      state: "active",
      ...(tokenId === undefined ? {} : { tokenId }),
    });
    return id;
  }

  #use(text: string): TokenId {
    const token = this.tokens.get(text);
    if (
      !token || token.used >= token.maxUses ||
      (token.expiresAt ?? Infinity) <= this.now()
    ) {
      throw new Refusal("token_invalid");
    }
    token.used++;
    return token.id;
  }

  readonly #counted = (token: RegistrationToken): RegistrationToken => ({
    ...token,
    ...(token.expiresAt === undefined
      ? {}
      : { secondsLeft: token.expiresAt - this.now() }),
    pending:
      [...this.rows.values()].filter((row) =>
        row.tokenId === token.id && row.firstLoginAt === undefined
      ).length,
  });

  #row(id: AccountId): Writable<Account> {
    const row = this.rows.get(id);
    if (!row) throw new Refusal("no_such_user");
    return row;
  }

  #change(id: AccountId, change: Partial<Account>): void {
    this.rows.set(id, { ...this.#row(id), ...change });
  }
}
