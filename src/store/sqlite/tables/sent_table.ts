/**
 * Which mail of our accounts went to other servers lately, for those who ask
 * about one message that they name: the table itself tells nothing of anybody.
 *
 * @module
 */
import { createHmac, randomBytes } from "node:crypto";
import type { SentMail } from "../../queue.ts";
import type { Connection } from "../database/connection.ts";
import { SettingTable } from "./setting_table.ts";

const SECRET = "sent mail";
const SECRET_OCTETS = 32;
const KEY_OCTETS = 16;
const KEPT_SECONDS = 5 * 86_400; // most servers give up before
/** Rows that have ended go with new ones, too: so many at once, at every so many. */
const FORGOTTEN_AT_ONCE = 64;
const NEW_ONES = 32;

export class SentTable {
  readonly #settings: SettingTable;
  #secret: Uint8Array | undefined;
  /** Since some were forgotten last. */
  #newOnes = 0;

  constructor(readonly db: Connection) {
    this.#settings = new SettingTable(db);
  }

  remember(mail: SentMail, livedSeconds: number): void {
    this.#secret ??= this.#settings.keepSecret(
      SECRET,
      Uint8Array.from(randomBytes(SECRET_OCTETS)),
    );
    if (this.#newOnes++ % NEW_ONES === 0) {
      this.forget(livedSeconds, FORGOTTEN_AT_ONCE);
    }
    this.db.run(
      "INSERT OR REPLACE INTO sent (key, until) VALUES (?, ?)",
      keyOf(this.#secret, mail),
      livedSeconds + KEPT_SECONDS,
    );
  }

  has(mail: SentMail, livedSeconds: number): boolean {
    this.#secret ??= this.#settings.secret(SECRET);
    if (!this.#secret) return false; // nothing was ever sent
    const row = this.db.row(
      "SELECT 1 FROM sent WHERE key = ? AND until > ?",
      keyOf(this.#secret, mail),
      livedSeconds,
    );
    return row !== undefined;
  }

  /** Removes some that have ended. Gives how many. */
  forget(livedSeconds: number, limit: number): number {
    return this.db.run(
      `DELETE FROM sent WHERE key IN (
         SELECT key FROM sent WHERE until <= ? ORDER BY until LIMIT ? + 0)`,
      livedSeconds,
      limit,
    );
  }
}

function keyOf(
  secret: Uint8Array,
  { account, destination, messageId }: SentMail,
): Uint8Array {
  return createHmac("sha256", secret)
    .update(`${account}\n${destination}\n${messageId}`)
    .digest().subarray(0, KEY_OCTETS);
}
