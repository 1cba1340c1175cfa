/** Looks into a store that nobody has open, in a thread of its own: it reads every page. @module */
import { join, relative } from "node:path";
import { answerQuestions } from "../../../observe/worker_link.ts";
import type { StoreInspection } from "../../snapshot.ts";
import { Connection } from "../database/connection.ts";
import { MIGRATIONS, schemaVersion } from "../database/migrations.ts";
import { BlobFiles } from "../files/blob_files.ts";

export interface InspectRequest {
  readonly directory: string;
  readonly database: string;
}

const MAX_PROBLEMS = 100;
const MAX_MISSING = 1000;

interface ContentRow {
  readonly id: number;
  readonly file: string;
  readonly size: number;
}
const ROWS = 1000;

class Inspection {
  readonly problems: string[] = [];
  readonly missing: string[] = [];

  constructor(
    readonly db: Connection,
    readonly directory: string,
  ) {}

  run(): StoreInspection {
    this.#checkPages();
    const version = schemaVersion(this.db);
    if (version > MIGRATIONS.length) {
      this.#complain(
        `its schema version ${version} is newer than ${MIGRATIONS.length}, the newest this program knows`,
      );
    }
    this.#checkContents();
    return {
      problems: this.problems,
      schemaVersion: version,
      accounts: this.#count("accounts"),
      messages: this.#count("messages"),
      missing: this.missing,
    };
  }

  #checkPages(): void {
    const rows = this.db.rows<{ integrity_check: string }>(
      `PRAGMA integrity_check(${MAX_PROBLEMS})`,
    );
    for (const { integrity_check: text } of rows) {
      if (text !== "ok") this.#complain(text);
    }
  }

  #checkContents(): void {
    const files = new BlobFiles(this.directory, false);
    for (let after = 0;;) {
      const rows = this.db.rows<ContentRow>(
        `SELECT id, file, size FROM blobs
         WHERE id > ? AND file IS NOT NULL ORDER BY id LIMIT ? + 0`,
        after,
        ROWS,
      );
      for (const row of rows) this.#checkContent(files, row);
      const last = rows.at(-1);
      if (!last) return;
      after = last.id;
    }
  }

  #checkContent(files: BlobFiles, { file, size }: ContentRow): void {
    if (!/^[0-9a-f]{8,64}$/.test(file)) {
      return this.#complain("a content has a name that the store never gives");
    }
    const path = files.path(file);
    const shown = relative(this.directory, path);
    const found = sizeOf(path);
    if (found === undefined) {
      if (this.missing.length < MAX_MISSING) this.missing.push(shown);
    } else if (found !== size) {
      this.#complain(`${shown} has ${found} of ${size} octets`);
    }
  }

  #count(table: "accounts" | "messages"): number {
    return this.db.row<{ n: number }>(`SELECT COUNT(*) AS n FROM ${table}`)!.n;
  }

  #complain(text: string): void {
    if (this.problems.length < MAX_PROBLEMS) this.problems.push(text);
  }
}

/** Undefined unless it is a file. */
function sizeOf(path: string): number | undefined {
  try {
    const { isFile, size } = Deno.lstatSync(path);
    return isFile ? size : undefined;
  } catch {
    return undefined;
  }
}

function inspect({ directory, database }: InspectRequest): StoreInspection {
  try {
    const path = join(directory, database);
    const db = Connection.open(path, { readOnly: true });
    try {
      return new Inspection(db, directory).run();
    } finally {
      db.close();
    }
  } catch (error) {
    return {
      problems: [`the database cannot be read: ${error}`],
      schemaVersion: 0,
      accounts: 0,
      messages: 0,
      missing: [],
    };
  }
}

answerQuestions<InspectRequest, StoreInspection>(inspect);
