/** Push tokens, keys of accounts and settings: reads here, writes by the writer. @module */
import { randomBytes } from "node:crypto";
import type { AccountId } from "../../base/ids.ts";
import { days } from "../../base/durations.ts";
import type { AccountKeyStore } from "../account_keys.ts";
import type { StoreClock } from "../clock.ts";
import { type MetadataStore, PUSH_TOKEN_AGE_SECONDS } from "../metadata.ts";
import type { SettingStore, StoredSettings } from "../settings.ts";
import type { Connection } from "./database/connection.ts";
import { AccountKeyTable } from "./tables/account_key_table.ts";
import { PushTokenTable } from "./tables/push_token_table.ts";
import { SettingTable } from "./tables/setting_table.ts";
import type { Writer } from "./writer/writer.ts";

const SECRET_OCTETS = 32;
/** Clients bring their token with each connection: not each is worth a write. */
const RENEWED_AFTER_SECONDS = days(1);

export class SqliteMetadataStore implements MetadataStore {
  readonly #tokens: PushTokenTable;

  constructor(
    db: Connection,
    readonly writer: Writer,
    readonly time: Pick<StoreClock, "seconds">,
  ) {
    this.#tokens = new PushTokenTable(db);
  }

  pushTokens(account: AccountId): Promise<string[]> {
    const since = this.time.seconds() - PUSH_TOKEN_AGE_SECONDS;
    return Promise.try(() => this.#tokens.of(account, since));
  }

  async putPushToken(account: AccountId, token: string): Promise<void> {
    const at = this.#tokens.renewedAt(account, token);
    const fresh = this.time.seconds() - RENEWED_AFTER_SECONDS;
    if (at !== undefined && at > fresh) return;
    await this.writer.submit("putPushToken", { account, token });
  }

  removePushToken(account: AccountId, token: string): Promise<void> {
    return this.writer.submit("removePushToken", { account, token });
  }

  clearPushTokens(account: AccountId): Promise<void> {
    return this.writer.submit("clearPushTokens", account);
  }
}

export class SqliteAccountKeyStore implements AccountKeyStore {
  readonly #keys: AccountKeyTable;

  constructor(db: Connection, readonly writer: Writer) {
    this.#keys = new AccountKeyTable(db);
  }

  of(accounts: readonly AccountId[]): Promise<Map<AccountId, Uint8Array>> {
    return Promise.try(() => {
      const found = new Map<AccountId, Uint8Array>();
      for (const account of accounts) {
        const certificate = this.#keys.of(account);
        if (certificate) found.set(account, certificate);
      }
      return found;
    });
  }

  put(account: AccountId, certificate: Uint8Array): Promise<void> {
    return this.writer.submit("putAccountKey", { account, certificate });
  }

  count(): Promise<number> {
    return Promise.try(() => this.#keys.count());
  }

  async forget(): Promise<void> {
    if (await this.count() > 0) {
      await this.writer.submit("forgetAccountKeys", undefined);
    }
  }
}

export class SqliteSettingStore implements SettingStore {
  readonly #settings: SettingTable;

  constructor(db: Connection, readonly writer: Writer) {
    this.#settings = new SettingTable(db);
  }

  all(): Promise<StoredSettings> {
    return Promise.try(() => this.#settings.all());
  }

  set(name: string, value: string, revision?: string): Promise<boolean> {
    return this.change(new Map([[name, value]]), revision);
  }

  reset(name: string, revision?: string): Promise<boolean> {
    return this.change(new Map([[name, undefined]]), revision);
  }

  change(
    values: ReadonlyMap<string, string | undefined>,
    revision?: string,
  ): Promise<boolean> {
    return this.writer.submit("changeSettings", {
      rows: Array.from(values, ([name, value]) => ({ name, value })),
      revision,
    });
  }

  async secret(name: string): Promise<Uint8Array> {
    const known = this.#settings.secret(name);
    if (known) return known;
    const value = Uint8Array.from(randomBytes(SECRET_OCTETS));
    return await this.writer.submit("keepSecret", { name, value });
  }
}
