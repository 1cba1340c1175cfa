/** Opens the store in the engine that the configuration asks for. @module */
import type { StoreOptions } from "./options.ts";
import { openSqlite } from "./sqlite/open.ts";
import type { Store } from "./store.ts";

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
