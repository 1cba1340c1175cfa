/** Opens the store in the engine that the configuration asks for. @module */
import type { StoreOptions } from "./options.ts";
import type { StoreInspection } from "./snapshot.ts";
import { openSqlite } from "./sqlite/open.ts";
import { MIGRATIONS } from "./sqlite/database/migrations.ts";
import { inspectSqlite } from "./sqlite/snapshot/inspect.ts";
import type { Store } from "./store.ts";

/** Of the databases that this program makes: it opens no later one. */
export const SCHEMA_VERSION = MIGRATIONS.length;

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

/** Looks at a snapshot of a store; writes nothing there. What cannot be read is a problem, never an error. */
export function inspectSnapshot(
  directory: string,
  database: string,
): Promise<StoreInspection> {
  return inspectSqlite({ directory, database });
}
