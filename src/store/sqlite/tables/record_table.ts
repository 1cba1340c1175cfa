/** Named values in collections. @module */
import type { StoredRecord } from "../../records.ts";
import type { Connection } from "../database/connection.ts";

export class RecordTable {
  constructor(readonly db: Connection) {}

  all(collection: string): StoredRecord[] {
    return this.db.rows<StoredRecord>(
      "SELECT key, value FROM records WHERE collection = ? ORDER BY key",
      collection,
    );
  }

  find(collection: string, key: string): string | undefined {
    return this.db.row<{ value: string }>(
      "SELECT value FROM records WHERE collection = ? AND key = ?",
      collection,
      key,
    )?.value;
  }

  put(collection: string, { key, value }: StoredRecord): void {
    this.db.run(
      `INSERT INTO records (collection, key, value) VALUES (?, ?, ?)
       ON CONFLICT (collection, key) DO UPDATE SET value = excluded.value`,
      collection,
      key,
      value,
    );
  }

  /** All whose keys begin with `prefix/`. */
  removeBelow(collection: string, prefix: string): void {
    this.db.run(
      "DELETE FROM records WHERE collection = ? AND key >= ? AND key < ?",
      collection,
      `${prefix}/`,
      `${prefix}0`, // "0" follows "/"
    );
  }

  remove(collection: string, key: string): void {
    this.db.run(
      "DELETE FROM records WHERE collection = ? AND key = ?",
      collection,
      key,
    );
  }
}
