/**
 * The databases in the state directory of a madmail, version 1 or 2, read and
 * never written. Which tables there are, in which file and with which columns,
 * depends on its version: a table is where its columns are.
 *
 * @module
 */
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { isDirectory } from "../maildir_reader.ts";

const FILES = ["credentials.db", "chatmail.db", "imapsql.db"];
const PAGE = 500;
const BUSY_MS = 5000;

export type Row = Readonly<Record<string, unknown>>;

/** A file that cannot be read as one of madmail's. */
export class MadmailFault extends Error {
  override readonly name = "MadmailFault";
}

export interface WantedTable {
  /** It has one of these names. */
  readonly names: readonly string[];
  readonly columns: readonly string[];
}

export class FoundTable {
  readonly #db: DatabaseSync;
  readonly #name: string;

  constructor(db: DatabaseSync, name: string) {
    this.#db = db;
    this.#name = name;
  }

  /** All rows, in pages by a column that is text and unique. */
  *rows(columns: readonly string[], key: string): Generator<Row> {
    const page = this.#db.prepare(
      `SELECT ${columns.join(", ")} FROM "${this.#name}"
       WHERE ${key} > ? ORDER BY ${key} LIMIT ${PAGE}`,
    );
    for (let after = "";;) {
      const rows = page.all(after) as Row[];
      yield* rows;
      const last = rows.at(-1)?.[key];
      if (rows.length < PAGE || typeof last !== "string") return;
      after = last;
    }
  }

  where(columns: readonly string[], condition: string) {
    const statement = this.#db.prepare(
      `SELECT ${columns.join(", ")} FROM "${this.#name}" WHERE ${condition}`,
    );
    return (...values: SQLInputValue[]) => statement.all(...values) as Row[];
  }
}

export class MadmailDatabase {
  readonly #open: readonly DatabaseSync[];

  private constructor(open: readonly DatabaseSync[]) {
    this.#open = open;
  }

  /** @throws {MadmailFault} if there is none, or one that cannot be read */
  static async open(stateDir: string): Promise<MadmailDatabase> {
    if (!await isDirectory(stateDir)) {
      throw new MadmailFault(`${stateDir} is no directory`);
    }
    const open: DatabaseSync[] = [];
    try {
      for (const name of FILES) {
        const path = join(stateDir, name);
        if (await isFile(path)) open.push(openFile(path));
      }
    } catch (error) {
      for (const db of open) db.close();
      throw error;
    }
    if (open.length > 0) return new MadmailDatabase(open);
    throw new MadmailFault(
      `${stateDir} has none of ${
        FILES.join(", ")
      }; a madmail with PostgreSQL cannot be read`,
    );
  }

  /** Undefined if there is none with all of these columns. */
  table({ names, columns }: WantedTable): FoundTable | undefined {
    for (const db of this.#open) {
      for (const name of names) {
        const has = columnsOf(db, name);
        if (columns.every((column) => has.has(column))) {
          return new FoundTable(db, name);
        }
      }
    }
    return undefined;
  }

  close(): void {
    for (const db of this.#open) db.close();
  }
}

/** Of tables alone: a view may be anything. */
function columnsOf(db: DatabaseSync, table: string): ReadonlySet<unknown> {
  const rows = db.prepare(
    `SELECT lower(columns.name) AS name
     FROM sqlite_master JOIN pragma_table_info(sqlite_master.name) AS columns
     WHERE sqlite_master.type = 'table' AND sqlite_master.name = ?`,
  ).all(table) as Row[];
  return new Set(rows.map(({ name }) => name));
}

function openFile(path: string): DatabaseSync {
  try {
    const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
    db.exec("PRAGMA trusted_schema = OFF; PRAGMA query_only = ON");
    db.prepare("SELECT count(*) FROM sqlite_master").get();
    return db;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new MadmailFault(`${path} cannot be read: ${reason}`);
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.lstat(path)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Undefined unless it is text of a size that makes sense. */
export function textIn(row: Row, column: string): string | undefined {
  const value = row[column];
  return typeof value === "string" && value.length <= 4096 ? value : undefined;
}

/** Undefined unless it is a whole number from 0 on. */
export function numberIn(row: Row, column: string): number | undefined {
  const value = row[column];
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0
    ? value
    : undefined;
}

/** Seconds since 1970 UTC, of a number of them, or of text as Go and SQLite write times. */
export function momentIn(row: Row, column: string): number | undefined {
  const number = numberIn(row, column);
  if (number !== undefined) return number;
  const text = textIn(row, column)?.trim();
  if (!text) return undefined;
  const [, day, time = "00:00:00", zone = "Z"] =
    /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d:\d\d)(?:\.\d{1,9})?\s?(Z|[+-]\d\d:\d\d)?.{0,20})?$/
      .exec(text) ?? [];
  const milliseconds = Date.parse(`${day}T${time}${zone}`);
  return Number.isNaN(milliseconds)
    ? undefined
    : Math.floor(milliseconds / 1000);
}
