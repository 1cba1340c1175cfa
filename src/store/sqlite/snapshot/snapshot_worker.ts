/**
 * Copies the store in a thread of its own, as it is when it is asked to begin.
 *
 * One read transaction sees the database of that moment until the copy is done,
 * whatever is written meanwhile. Contents are named again, not copied, where
 * the file system has links: that takes a moment only, during which nobody may
 * remove any.
 *
 * @module
 */
import { basename, join, relative } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { answerQuestions } from "../../../observe/worker_link.ts";
import { takeInLog } from "../database/log.ts";
import { BlobFiles } from "../files/blob_files.ts";

export type SnapshotRequest =
  | {
    readonly kind: "begin";
    readonly database: string;
    readonly stateDir: string;
    readonly target: string;
  }
  | { readonly kind: "copy" };

export type SnapshotReply =
  | {
    readonly kind: "begun";
    readonly accounts: number;
    readonly messages: number;
    readonly missing: readonly string[];
  }
  | { readonly kind: "copied" }
  | { readonly kind: "failed"; readonly message: string };

const MAX_MISSING = 100;
const PAGES_OF_A_STEP = 256;
/** So much may wait for the disk: a commit of the relay waits for it too. */
const STEPS_BEFORE_SYNC = 4;

type Begin = Extract<SnapshotRequest, { kind: "begin" }>;

class Copy {
  readonly #source: DatabaseSync;
  readonly #target: string;
  readonly #path: string;

  constructor({ database, target }: Begin) {
    this.#path = database;
    this.#source = new DatabaseSync(database, { readOnly: true });
    this.#source.exec("PRAGMA busy_timeout = 5000");
    this.#source.exec("BEGIN");
    this.#target = join(target, basename(database));
  }

  count(table: "accounts" | "messages"): number {
    const row = this.#source.prepare(`SELECT COUNT(*) AS n FROM ${table}`)
      .get();
    return Number(row?.n);
  }

  *contents(): Generator<string> {
    const rows = this.#source
      .prepare("SELECT file FROM blobs WHERE file IS NOT NULL").iterate();
    for (const { file } of rows) yield String(file);
  }

  /** Lets the disk and other threads breathe between two steps. */
  async run(): Promise<void> {
    Deno.openSync(this.#target, {
      createNew: true,
      write: true,
      mode: 0o600,
    }).close();
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

let copy: Copy | undefined;

function begin(request: Begin): SnapshotReply {
  copy = new Copy(request);
  const from = new BlobFiles(request.stateDir, false);
  const to = new BlobFiles(request.target, false);
  const made = new Set<string>();
  const missing: string[] = [];
  for (const name of copy.contents()) {
    const isThere = give(from.path(name), to.path(name), made);
    if (!isThere && missing.length < MAX_MISSING) {
      missing.push(relative(request.stateDir, from.path(name)));
    }
  }
  return {
    kind: "begun",
    accounts: copy.count("accounts"),
    messages: copy.count("messages"),
    missing,
  };
}

/** False if there is no such file. */
function give(from: string, to: string, made: Set<string>): boolean {
  const directory = join(to, "..");
  if (!made.has(directory)) {
    Deno.mkdirSync(directory, { recursive: true, mode: 0o700 });
    made.add(directory);
  }
  try {
    Deno.linkSync(from, to);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    return copyFile(from, to); // no links there, or too many
  }
  return true;
}

function copyFile(from: string, to: string): boolean {
  try {
    Deno.copyFileSync(from, to);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function answer(request: SnapshotRequest): Promise<SnapshotReply> {
  try {
    if (request.kind === "begin") return begin(request);
    await copy!.run();
    return { kind: "copied" };
  } catch (error) {
    return { kind: "failed", message: String(error) };
  }
}

answerQuestions<SnapshotRequest, SnapshotReply>(answer);
