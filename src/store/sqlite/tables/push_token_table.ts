/** Device tokens for push notifications. @module */
import type { AccountId } from "../../../base/ids.ts";
import type { Connection } from "../database/connection.ts";

export const MAX_PUSH_TOKENS = 20; // of one account

export class PushTokenTable {
  constructor(readonly db: Connection) {}

  of(account: AccountId): string[] {
    return this.db.rows<{ token: string }>(
      "SELECT token FROM push_tokens WHERE account_id = ? ORDER BY updated_at, token",
      account,
    ).map(({ token }) => token);
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

  clear(account: AccountId): void {
    this.db.run("DELETE FROM push_tokens WHERE account_id = ?", account);
  }

  prune(before: number): number {
    return this.db.run("DELETE FROM push_tokens WHERE updated_at < ?", before);
  }
}
