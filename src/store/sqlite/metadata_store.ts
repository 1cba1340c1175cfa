/** Push tokens and settings: reads here, writes by the writer. @module */
import { randomBytes } from "node:crypto";
import type { AccountId } from "../../base/ids.ts";
import type { MetadataStore } from "../metadata.ts";
import type { SettingStore, StoredSettings } from "../settings.ts";
import type { Connection } from "./database/connection.ts";
import { PushTokenTable } from "./tables/push_token_table.ts";
import { SettingTable } from "./tables/setting_table.ts";
import type { Writer } from "./writer/writer.ts";

const SECRET_OCTETS = 32;

export class SqliteMetadataStore implements MetadataStore {
  readonly #tokens: PushTokenTable;

  constructor(db: Connection, readonly writer: Writer) {
    this.#tokens = new PushTokenTable(db);
  }

  pushTokens(account: AccountId): Promise<string[]> {
    return Promise.try(() => this.#tokens.of(account));
  }

  putPushToken(account: AccountId, token: string): Promise<void> {
    return this.writer.submit("putPushToken", { account, token });
  }

  clearPushTokens(account: AccountId): Promise<void> {
    return this.writer.submit("clearPushTokens", account);
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
    return this.writer.submit("changeSetting", { name, value, revision });
  }

  reset(name: string, revision?: string): Promise<boolean> {
    return this.writer.submit("changeSetting", { name, revision });
  }

  async secret(name: string): Promise<Uint8Array> {
    const known = this.#settings.secret(name);
    if (known) return known;
    const value = Uint8Array.from(randomBytes(SECRET_OCTETS));
    return await this.writer.submit("keepSecret", { name, value });
  }
}
