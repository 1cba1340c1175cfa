/** What each account's messages add up to, kept with every change. @module */
import type { AccountId } from "../../../base/ids.ts";
import type { AccountSize } from "../../accounts.ts";
import type { Usage } from "../../../mail/mailbox.ts";
import type { SomeRows } from "../recent_count.ts";
import { type Connection, withoutNulls } from "../database/connection.ts";

export class UsageTable {
  constructor(readonly db: Connection) {}

  of(account: AccountId): Usage | undefined {
    const row = this.db.row<Usage>(
      `SELECT octets, messages, quota_octets AS limitOctets
       FROM usage JOIN accounts ON id = account_id WHERE account_id = ?`,
      account,
    );
    return row && withoutNulls(row);
  }

  messageCount(): number {
    return this.db.row<{ n: number }>(
      "SELECT coalesce(sum(messages), 0) AS n FROM usage",
    )!.n;
  }

  octetCount(): number {
    return this.db.row<{ n: number }>(
      "SELECT coalesce(sum(octets), 0) AS n FROM usage",
    )!.n;
  }

  /** Octets of some accounts that come after one. */
  someOctetsAfter(account: number, limit: number): SomeRows {
    return this.db.row<SomeRows>(
      `SELECT count(*) AS rows, coalesce(sum(octets), 0) AS sum,
         coalesce(max(account_id), 0) AS last
       FROM (SELECT account_id, octets FROM usage WHERE account_id > ?
         ORDER BY account_id LIMIT ?)`,
      account,
      limit,
    )!;
  }

  /** Of some accounts that come after one, the largest. */
  someLargestAfter(
    after: number,
    limit: number,
    most: number,
  ): { rows: number; last: number; largest: AccountSize[] } {
    const some = `SELECT account_id, octets, messages FROM usage
      WHERE account_id > ?1 ORDER BY account_id LIMIT ?2 + 0`;
    const { rows, last } = this.db.row<{ rows: number; last: number }>(
      `SELECT count(*) AS rows, coalesce(max(account_id), 0) AS last
       FROM (${some})`,
      after,
      limit,
    )!;
    const largest = this.db.rows<AccountSize>(
      `SELECT account_id AS account, octets, messages FROM (${some})
       ORDER BY octets DESC LIMIT ?3 + 0`,
      after,
      limit,
      most,
    );
    return { rows, last, largest };
  }

  open(account: AccountId): void {
    this.db.run("INSERT INTO usage (account_id) VALUES (?)", account);
  }

  add(account: AccountId, octets: number, messages: number): void {
    this.db.run(
      `UPDATE usage SET octets = octets + ?, messages = messages + ?
       WHERE account_id = ?`,
      octets,
      messages,
      account,
    );
  }

  set(account: AccountId, octets: number, messages: number): void {
    this.db.run(
      "UPDATE usage SET octets = ?, messages = ? WHERE account_id = ?",
      octets,
      messages,
      account,
    );
  }

  close(account: AccountId): void {
    this.db.run("DELETE FROM usage WHERE account_id = ?", account);
  }
}
