/** Opens the connections: one that writes, others that only read. @module */
import { giveToOwner } from "../../../files/owner.ts";
import { Connection } from "./connection.ts";
import { migrate } from "./migrations.ts";
import type { SyncMode, WriterOptions } from "../options.ts";

const PAGE_OCTETS = 4096;
/** How long a write waits for another process to end its own. */
export const BUSY_TIMEOUT_MS = 5000;

/** Creates and migrates the database if need be. @throws {Error} what is wrong with it */
export function openWriting(options: WriterOptions): Connection {
  createIfMissing(options.path);
  giveToOwner(options.path); // SQLite gives its log to the same owner
  const db = Connection.open(options.path, { readOnly: false });
  try {
    db.execute(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    db.execute(`PRAGMA page_size = ${PAGE_OCTETS}`);
    db.execute("PRAGMA auto_vacuum = INCREMENTAL"); // both only work before the first table
    db.execute("PRAGMA journal_mode = WAL");
    db.execute(`PRAGMA synchronous = ${SYNCHRONOUS[options.sync]}`);
    db.execute("PRAGMA wal_autocheckpoint = 0"); // the writer chooses the moment
    db.execute("PRAGMA journal_size_limit = 67108864");
    db.execute("PRAGMA secure_delete = ON");
    if (options.maxDatabaseOctets !== undefined) {
      const pages = Math.ceil(options.maxDatabaseOctets / PAGE_OCTETS);
      db.execute(`PRAGMA max_page_count = ${pages}`);
    }
    configure(db);
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** What the work commits is on the disk with what is committed later, and not before. */
export function withoutSync<T>(
  db: Connection,
  sync: SyncMode,
  work: () => T,
): T {
  if (sync !== "full") return work();
  db.execute(`PRAGMA synchronous = ${SYNCHRONOUS.normal}`);
  try {
    return work();
  } finally {
    db.execute(`PRAGMA synchronous = ${SYNCHRONOUS.full}`);
  }
}

/**
 * Never opens what is there: closing a file drops all locks that this process
 * has on it, those of its other connections too.
 */
function createIfMissing(path: string): void {
  try {
    Deno.openSync(path, { createNew: true, write: true, mode: 0o600 }).close();
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}

export function openReading(path: string): Connection {
  const db = Connection.open(path, { readOnly: true });
  db.execute("PRAGMA busy_timeout = 1000");
  configure(db);
  return db;
}

const SYNCHRONOUS: Record<SyncMode, string> = {
  full: "FULL",
  normal: "NORMAL",
  off: "OFF",
};

function configure(db: Connection): void {
  db.execute("PRAGMA temp_store = MEMORY");
  db.execute("PRAGMA mmap_size = 0"); // a mapped file would count as our memory
  db.execute("PRAGMA cache_size = -16384"); // KiB
}
