/**
 * One SQLite connection with its statements, each prepared once, on first use.
 *
 * `row` and `rows` are the only casts: SQL names its columns as our types do.
 *
 * Plans depend on indexes alone, not on values: a limit that is a parameter is
 * written `LIMIT ? + 0`, and nothing runs ANALYZE or PRAGMA optimize. Where the
 * planner may look at a value, SQLite prepares the statement anew at every run,
 * which takes three times as long as running it.
 *
 * @module
 */
import { DatabaseSync, type StatementSync } from "node:sqlite";

/** Missing in the runtime's type declarations. */
interface ArrayStatement extends StatementSync {
  setReturnArrays(enabled: boolean): void;
}

export type SqlValue = null | number | string | Uint8Array;

export class Connection {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  readonly #lists = new Map<string, StatementSync>();
  readonly #onError: (error: unknown) => unknown;

  /** @param onError What is thrown in place of an error of a statement. */
  constructor(
    readonly path: string,
    db: DatabaseSync,
    onError: (error: unknown) => unknown = (error) => error,
  ) {
    this.#db = db;
    this.#onError = onError;
  }

  static open(
    path: string,
    options: { readonly readOnly: boolean },
  ): Connection {
    return new Connection(path, new DatabaseSync(path, options));
  }

  /** The same connection, whose statements fail in another way. */
  failingWith(onError: (error: unknown) => unknown): Connection {
    return new Connection(this.path, this.#db, onError);
  }

  /** For statements that run once, such as pragmas and migrations. */
  execute(sql: string): void {
    this.#db.exec(sql);
  }

  row<T>(sql: string, ...values: SqlValue[]): T | undefined {
    return this.#try(() =>
      this.#statement(sql).get(...values) as T | undefined
    );
  }

  rows<T>(sql: string, ...values: SqlValue[]): T[] {
    return this.#try(() => this.#statement(sql).all(...values) as T[]);
  }

  /** All values of the first column; far cheaper than an object for each row. */
  column(sql: string, ...values: SqlValue[]): number[] {
    const lists = this.lists(sql, ...values);
    for (let i = 0; i < lists.length; i++) {
      (lists as unknown as number[])[i] = lists[i]![0]!;
    }
    return lists as unknown as number[];
  }

  /** Rows as lists of numbers. */
  lists(sql: string, ...values: SqlValue[]): number[][] {
    return this.#try(() =>
      this.#list(sql).all(...values) as unknown as number[][]
    );
  }

  /** Number of rows changed. */
  run(sql: string, ...values: SqlValue[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }

  /** Rowid of the row inserted. */
  insert(sql: string, ...values: SqlValue[]): number {
    return Number(this.#statement(sql).run(...values).lastInsertRowid);
  }

  get inTransaction(): boolean {
    return this.#db.isTransaction;
  }

  close(): void {
    this.#statements.clear();
    this.#lists.clear();
    this.#db.close();
  }

  #try<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.#onError(error);
    }
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #list(sql: string): StatementSync {
    let statement = this.#lists.get(sql);
    if (!statement) {
      statement = this.#db.prepare(sql);
      (statement as ArrayStatement).setReturnArrays(true);
      this.#lists.set(sql, statement);
    }
    return statement;
  }
}

/** Several reads that must agree with each other. */
export function readTogether<T>(db: Connection, work: () => T): T {
  db.run("BEGIN");
  try {
    return work();
  } finally {
    db.run("COMMIT");
  }
}

/** A row of ours from one of SQLite's: a NULL becomes an absent field. */
export function withoutNulls<T>(row: T): T {
  const fields: Record<string, unknown> = {};
  for (const name in row) if (row[name] !== null) fields[name] = row[name];
  return fields as T;
}
