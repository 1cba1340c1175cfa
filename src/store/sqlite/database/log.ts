/** The log that is written ahead of the database. @module */
import { DatabaseSync } from "node:sqlite";
import { storageFault } from "./errors.ts";

/**
 * Takes into the database what a long read has kept in the log until now. For
 * who read, in its own thread: the writer would do it too, and commit nothing
 * meanwhile, which is a second for each few hundred megabytes.
 */
export function takeInLog(path: string): void {
  const db = new DatabaseSync(path);
  try {
    db.exec("PRAGMA wal_checkpoint(PASSIVE)");
  } catch (error) {
    if (!storageFault(error)) throw error; // the writer will meet it, and tell
  } finally {
    db.close();
  }
}
