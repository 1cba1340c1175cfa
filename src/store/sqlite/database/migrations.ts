/** Brings a database to the schema this program knows, or refuses. @module */
import type { Connection } from "./connection.ts";
import {
  SCHEMA_1,
  SCHEMA_2,
  SCHEMA_3,
  SCHEMA_4,
  SCHEMA_5,
  SCHEMA_6,
  SCHEMA_7,
  SCHEMA_8,
} from "./schema.ts";

/** Number n (from 1) leads from version n - 1 to n. Only ever appended to. */
export const MIGRATIONS: readonly string[] = [
  SCHEMA_1,
  SCHEMA_2,
  SCHEMA_3,
  SCHEMA_4,
  SCHEMA_5,
  SCHEMA_6,
  SCHEMA_7,
  SCHEMA_8,
];

/**
 * All that is missing, in one transaction.
 *
 * @throws {Error} if a newer program has written this database
 */
export function migrate(
  db: Connection,
  migrations: readonly string[] = MIGRATIONS,
): void {
  if (schemaVersion(db) === migrations.length) return;
  db.execute("BEGIN IMMEDIATE");
  try {
    const version = schemaVersion(db); // again: another process may have been first
    if (version > migrations.length) {
      throw new Error(
        `its schema version ${version} is newer than ${migrations.length}, the newest this program knows`,
      );
    }
    for (const sql of migrations.slice(version)) db.execute(sql);
    db.execute(`PRAGMA user_version = ${migrations.length}`);
    db.execute("COMMIT");
  } catch (error) {
    if (db.inTransaction) db.execute("ROLLBACK");
    throw error;
  }
}

export function schemaVersion(db: Connection): number {
  return db.row<{ user_version: number }>("PRAGMA user_version")!.user_version;
}
