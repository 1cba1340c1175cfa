/**
 * Copies of the database as it is when one begins, whatever is written
 * meanwhile: of all of it, page by page, or of all but mail, row by row.
 *
 * @module
 */
import { basename, join } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { giveToOwner } from "../../../files/owner.ts";
import { takeInLog } from "../database/log.ts";

export interface DatabaseCopy {
  count(table: "accounts" | "messages"): number;
  /** Names of files with contents. */
  contents(): Iterable<string>;
  /** Durable when it resolves. */
  run(): Promise<void>;
}

export interface CopyPlace {
  readonly database: string;
  /** A directory that has no such file yet. */
  readonly target: string;
}

const PAGES_OF_A_STEP = 256;
/** So much may wait for the disk: a commit of the relay waits for it too. */
const STEPS_BEFORE_SYNC = 4;

export class WholeCopy implements DatabaseCopy {
  readonly #source: DatabaseSync;
  readonly #target: string;
  readonly #path: string;

  constructor({ database, target }: CopyPlace) {
    this.#path = database;
    this.#source = new DatabaseSync(database, { readOnly: true });
    this.#source.exec("PRAGMA busy_timeout = 5000");
    this.#source.exec("BEGIN");
    this.#target = join(target, basename(database));
  }

  count(table: "accounts" | "messages"): number {
    return countOf(this.#source, table);
  }

  *contents(): Generator<string> {
    const rows = this.#source
      .prepare("SELECT file FROM blobs WHERE file IS NOT NULL").iterate();
    for (const { file } of rows) yield String(file);
  }

  /** Lets the disk and other threads breathe between two steps. */
  async run(): Promise<void> {
    makeFile(this.#target);
    // of this process nobody else has locks on it that closing could drop
    using file = Deno.openSync(this.#target, { write: true });
    const pace = new Pace(() => file.syncDataSync());
    const options = { rate: PAGES_OF_A_STEP, progress: () => pace.wait() };
    await backup(this.#source, this.#target, options);
    this.#source.close();
    takeInLog(this.#path);
    standAlone(this.#target);
    file.syncSync();
  }
}

/** What mail is in; all else is copied. */
export const MAIL_TABLES: ReadonlySet<string> = new Set([
  "accepted",
  "blob_data",
  "blobs",
  "expunged",
  "messages",
  "purge_due",
  "queue_destinations",
  "queue_messages",
  "queue_recipients",
  "sent",
]);

/** Accounts, mailboxes without messages, settings and keys. UIDs go on where they were. */
export class MaillessCopy implements DatabaseCopy {
  readonly #db: DatabaseSync;
  readonly #target: string;

  constructor({ database, target }: CopyPlace) {
    this.#target = join(target, basename(database));
    makeFile(this.#target);
    this.#db = new DatabaseSync(this.#target);
    this.#db.exec("PRAGMA busy_timeout = 5000");
    this.#db.prepare("ATTACH ? AS source").run(database);
    this.#db.exec("BEGIN");
    countOf(this.#db, "source.accounts"); // from here on it reads that moment
  }

  count(table: "accounts" | "messages"): number {
    return table === "messages" ? 0 : countOf(this.#db, `source.${table}`);
  }

  contents(): Iterable<string> {
    return [];
  }

  run(): Promise<void> {
    return Promise.try(() => {
      for (const { name, sql } of this.#made("table")) {
        this.#db.exec(sql);
        if (MAIL_TABLES.has(name)) continue;
        this.#db.exec(`INSERT INTO main.${name} SELECT * FROM source.${name}`);
      }
      for (const { sql } of this.#made("index")) this.#db.exec(sql);
      this.#db.exec(`
        UPDATE mailboxes SET exists_count = 0, unseen_count = 0, octets = 0,
          highest_modseq = highest_modseq + 1,
          forgotten_modseq = highest_modseq + 1;
        UPDATE usage SET octets = 0, messages = 0;
        DELETE FROM main.sqlite_sequence;
        INSERT INTO main.sqlite_sequence SELECT * FROM source.sqlite_sequence;`);
      const version = this.#db.prepare("PRAGMA source.user_version").get();
      this.#db.exec(`PRAGMA main.user_version = ${version?.user_version}`);
      this.#db.exec("COMMIT");
      this.#db.close();
      using file = Deno.openSync(this.#target, { write: true });
      file.syncSync();
    });
  }

  #made(type: "table" | "index"): { name: string; sql: string }[] {
    return this.#db.prepare(
      `SELECT name, sql FROM source.sqlite_master
       WHERE type = ? AND sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
       ORDER BY rowid`,
    ).all(type) as { name: string; sql: string }[];
  }
}

function countOf(db: DatabaseSync, table: string): number {
  const row = db.prepare(`SELECT COUNT(*) AS n FROM ${table}`).get();
  return Number(row?.n);
}

function makeFile(path: string): void {
  Deno.openSync(path, { createNew: true, write: true, mode: 0o600 }).close();
  giveToOwner(path);
}

/** Rests as long as each step took. */
class Pace {
  readonly #sleeper = new Int32Array(new SharedArrayBuffer(4));
  #steps = 0;
  #sinceMs = performance.now();

  constructor(readonly sync: () => void) {}

  wait(): void {
    if (++this.#steps % STEPS_BEFORE_SYNC === 0) this.sync();
    const tookMs = performance.now() - this.#sinceMs;
    Atomics.wait(this.#sleeper, 0, 0, Math.min(100, tookMs));
    this.#sinceMs = performance.now();
  }
}

/** The copy says that it has a log beside it: whoever opens it to read would make one. */
function standAlone(path: string): void {
  const db = new DatabaseSync(path);
  try {
    db.exec("PRAGMA journal_mode = DELETE");
  } finally {
    db.close();
  }
}
