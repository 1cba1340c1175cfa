/** Device tokens for push notifications. @module */
import type { AccountId } from "../../../base/ids.ts";
import type { Connection } from "../database/connection.ts";

const MAX_PUSH_TOKENS = 20; // of one account

export class PushTokenTable {
  constructor(readonly db: Connection) {}

  /** Those that were renewed at this second or later. */
  of(account: AccountId, sinceSeconds: number): string[] {
    return this.db.rows<{ token: string }>(
      "SELECT token FROM push_tokens WHERE account_id = ? AND updated_at >= ? ORDER BY updated_at, token",
      account,
      sinceSeconds,
    ).map(({ token }) => token);
  }

  /** When it was renewed, in seconds of the store's clock. */
  renewedAt(account: AccountId, token: string): number | undefined {
    return this.db.row<{ updated_at: number }>(
      "SELECT updated_at FROM push_tokens WHERE account_id = ? AND token = ?",
      account,
      token,
    )?.updated_at;
  }

  /** Beyond the limit the oldest goes. */
  put(account: AccountId, token: string, livedSeconds: number): void {
    this.db.run(
      `INSERT INTO push_tokens (account_id, token, updated_at) VALUES (?, ?, ?)
       ON CONFLICT (account_id, token) DO UPDATE SET updated_at = excluded.updated_at`,
      account,
      token,
      livedSeconds,
    );
    this.db.run(
      `DELETE FROM push_tokens WHERE account_id = ?1 AND token IN (
         SELECT token FROM push_tokens WHERE account_id = ?1 AND token <> ?2
         ORDER BY updated_at DESC, token LIMIT -1 OFFSET ?3)`,
      account,
      token,
      MAX_PUSH_TOKENS - 1,
    );
  }

  remove(account: AccountId, token: string): void {
    this.db.run(
      "DELETE FROM push_tokens WHERE account_id = ? AND token = ?",
      account,
      token,
    );
  }

  clear(account: AccountId): void {
    this.db.run("DELETE FROM push_tokens WHERE account_id = ?", account);
  }

  prune(before: number): number {
    return this.db.run("DELETE FROM push_tokens WHERE updated_at < ?", before);
  }
}
