/** Public keys of accounts; no other module names the table. @module */
import type { AccountId } from "../../../base/ids.ts";
import type { Connection } from "../database/connection.ts";

export class AccountKeyTable {
  constructor(readonly db: Connection) {}

  of(account: AccountId): Uint8Array | undefined {
    return this.db.row<{ certificate: Uint8Array }>(
      "SELECT certificate FROM account_keys WHERE account_id = ?",
      account,
    )?.certificate;
  }

  count(): number {
    return this.db.row<{ count: number }>(
      "SELECT count(*) AS count FROM account_keys",
    )!.count;
  }

  put(account: AccountId, certificate: Uint8Array): void {
    this.db.run(
      `INSERT INTO account_keys (account_id, certificate) VALUES (?, ?)
       ON CONFLICT (account_id) DO UPDATE SET certificate = excluded.certificate`,
      account,
      certificate,
    );
  }

  remove(account: AccountId): void {
    this.db.run("DELETE FROM account_keys WHERE account_id = ?", account);
  }

  clear(): void {
    this.db.run("DELETE FROM account_keys");
  }
}
