/** Opens the store in the engine that the configuration asks for. @module */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { StoreOptions } from "./options.ts";
import type { StoreInspection } from "./snapshot.ts";
import { openSqlite } from "./sqlite/open.ts";
import { checkApart } from "./sqlite/database/check_apart.ts";
import { Connection } from "./sqlite/database/connection.ts";
import { MIGRATIONS, schemaVersion } from "./sqlite/database/migrations.ts";
import { dropBallast } from "./sqlite/files/ballast.ts";
import { inspectSqlite } from "./sqlite/snapshot/inspect.ts";
import type { Store } from "./store.ts";

/** Of the databases that this program makes: it opens no later one. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Of the database that is there, also while a server has it open; undefined:
 * there is none.
 *
 * @throws {Error} why it cannot be read
 */
export function storedSchema(
  stateDir: string,
  database: string,
): number | undefined {
  const path = join(stateDir, database);
  if (!existsSync(path)) return undefined;
  const connection = Connection.open(path, { readOnly: true });
  try {
    return schemaVersion(connection);
  } finally {
    connection.close();
  }
}

/** What is wrong with the database that is there, which may be one that no store can be opened on. */
export function checkStored(
  stateDir: string,
  database: string,
): Promise<string | undefined> {
  return checkApart(join(stateDir, database));
}

/**
 * SQLite is the one engine there is: whoever opens it holds the lock of the
 * state directory.
 *
 * @throws {Error} why the store cannot be opened
 */
export function openStore(options: StoreOptions): Promise<Store> {
  const { storage, ...others } = options;
  const { database, sync, inlineMax, dedup } = storage();
  return openSqlite({
    ...others,
    database,
    sync,
    dedup,
    inlineMaxOctets: inlineMax,
    get minFreeOctets() {
      return storage().minFree;
    },
  });
}

/**
 * Gives up the room that a store holds for deletions, on a disk that is full
 * before it is opened; false if it had been given up already.
 */
export function giveUpReserve(stateDir: string): boolean {
  return dropBallast(stateDir);
}

/** Looks at a snapshot of a store; writes nothing there. What cannot be read is a problem, never an error. */
export function inspectSnapshot(
  directory: string,
  database: string,
): Promise<StoreInspection> {
  return inspectSqlite({ directory, database });
}
