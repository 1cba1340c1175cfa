/** Rows an admin changed, and the server's secrets. @module */
import { createHash } from "node:crypto";
import type { StoredSettings } from "../../settings.ts";
import type { Connection } from "../database/connection.ts";

export class SettingTable {
  constructor(readonly db: Connection) {}

  /** The revision is a hash of all rows: no other program can change them without it. */
  all(): StoredSettings {
    const rows = this.db.rows<{ name: string; value: string }>(
      "SELECT name, value FROM settings ORDER BY name",
    );
    const values = new Map(rows.map(({ name, value }) => [name, value]));
    const revision = createHash("sha256").update(JSON.stringify([...values]))
      .digest("base64");
    return { values, revision };
  }

  set(name: string, value: string, nowSeconds: number): void {
    this.db.run(
      `INSERT INTO settings (name, value, updated_at) VALUES (?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET value = excluded.value,
         updated_at = excluded.updated_at`,
      name,
      value,
      nowSeconds,
    );
  }

  reset(name: string): void {
    this.db.run("DELETE FROM settings WHERE name = ?", name);
  }

  secret(name: string): Uint8Array | undefined {
    return this.db.row<{ value: Uint8Array }>(
      "SELECT value FROM secrets WHERE name = ?",
      name,
    )?.value;
  }

  /** Kept if it is the first of this name; gives the one that is kept. */
  keepSecret(name: string, value: Uint8Array): Uint8Array {
    this.db.run(
      "INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
      name,
      value,
    );
    return this.secret(name)!;
  }
}
