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

  put(collection: string, { key, value }: StoredRecord): void {
    this.db.run(
      `INSERT INTO records (collection, key, value) VALUES (?, ?, ?)
       ON CONFLICT (collection, key) DO UPDATE SET value = excluded.value`,
      collection,
      key,
      value,
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
