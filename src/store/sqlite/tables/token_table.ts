/** Registration tokens. @module */
import type { TokenId } from "../../../base/ids.ts";
import type { Address } from "../../../mail/address.ts";
import type { RegistrationToken, TokenChange } from "../../accounts.ts";
import type { BatchTime } from "../batch_time.ts";
import { type Connection, withoutNulls } from "../database/connection.ts";

/** Its first parameter is the time, in lived seconds. */
const SELECT = `
  SELECT id, token, max_uses AS maxUses, used, comment, expires_at AS expiresAt,
    lived_expires_at - ? AS secondsLeft, created_at AS createdAt,
    (SELECT count(*) FROM accounts WHERE token_id = t.id AND first_login_at IS NULL) AS pending
  FROM registration_tokens t`;

export class TokenTable {
  constructor(readonly db: Connection) {}

  find(token: string, livedSeconds: number): RegistrationToken | undefined {
    const row = this.db.row<RegistrationToken>(
      `${SELECT} WHERE token = ?`,
      livedSeconds,
      token,
    );
    return row && withoutNulls(row);
  }

  /** Newest first. */
  list(livedSeconds: number): RegistrationToken[] {
    return this.db.rows<RegistrationToken>(
      `${SELECT} ORDER BY created_at DESC, id DESC`,
      livedSeconds,
    ).map(withoutNulls);
  }

  /** Takes one use of a token that has one left; undefined otherwise. */
  use(token: string, livedSeconds: number): TokenId | undefined {
    return this.db.row<{ id: TokenId }>(
      `UPDATE registration_tokens SET used = used + 1
       WHERE token = ? AND used < max_uses AND (lived_expires_at IS NULL OR lived_expires_at > ?)
       RETURNING id`,
      token,
      livedSeconds,
    )?.id;
  }

  giveBack(id: TokenId): void {
    this.db.run(
      "UPDATE registration_tokens SET used = max(used - 1, 0) WHERE id = ?",
      id,
    );
  }

  /** Whether the token is new. What is left until a date is counted from now on. */
  put(
    change: TokenChange,
    { nowSeconds, livedSeconds }: BatchTime,
  ): boolean {
    const before = this.find(change.token, livedSeconds);
    const expiresAt = change.expiresAt === undefined
      ? before?.expiresAt ?? null
      : change.expiresAt;
    const secondsLeft = change.expiresAt === undefined
      ? before?.secondsLeft ?? null
      : expiresAt === null
      ? null
      : expiresAt - nowSeconds;
    this.db.run(
      `INSERT INTO registration_tokens
         (token, max_uses, comment, expires_at, lived_expires_at, created_at)
       VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (token) DO UPDATE SET max_uses = excluded.max_uses,
         comment = excluded.comment, expires_at = excluded.expires_at,
         lived_expires_at = excluded.lived_expires_at`,
      change.token,
      change.maxUses ?? before?.maxUses ?? 1,
      change.comment ?? before?.comment ?? "",
      expiresAt,
      secondsLeft === null ? null : livedSeconds + secondsLeft,
      nowSeconds,
    );
    return before === undefined;
  }

  remove(token: string): boolean {
    return this.db.run(
      "DELETE FROM registration_tokens WHERE token = ?",
      token,
    ) > 0;
  }

  accounts(token: string): { address: Address; loggedIn: boolean }[] {
    return this.db.rows<{ address: Address; loggedIn: number }>(
      `SELECT address, first_login_at IS NOT NULL AS loggedIn
       FROM accounts JOIN registration_tokens t ON t.id = token_id
       WHERE token = ? ORDER BY address`,
      token,
    ).map(({ address, loggedIn }) => ({ address, loggedIn: loggedIn === 1 }));
  }
}
