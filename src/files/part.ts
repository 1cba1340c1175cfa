/**
 * What is written beside its place, and gets its name when it is whole. A lock
 * says that somebody writes it still: what a process that was killed has left
 * goes with the next one for the same place.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";

const MODES = { file: 0o600, directory: 0o700 } as const;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export class Part {
  #isDone = false;

  private constructor(
    readonly target: string,
    readonly path: string,
    /** To be written to, if it is a file. */
    readonly file: Deno.FsFile,
  ) {}

  static begin(target: string, kind: keyof typeof MODES = "file"): Part {
    const start = `${target}.part-`;
    removeLeft(start);
    const path = `${start}${crypto.randomUUID()}`;
    if (kind === "directory") Deno.mkdirSync(path, { mode: MODES.directory });
    const file = Deno.openSync(path, {
      read: true,
      ...(kind === "file"
        ? { write: true, createNew: true, mode: MODES.file }
        : {}),
    });
    const part = new Part(target, path, file);
    try {
      lock(file);
      return part;
    } catch (error) {
      part.abandon();
      throw error;
    }
  }

  /** Durable when it returns. */
  finish(): void {
    this.file.syncSync();
    Deno.renameSync(this.path, this.target);
    this.#isDone = true;
    this.file.close();
    using directory = Deno.openSync(dirname(this.target));
    directory.syncSync();
  }

  /** Leaves nothing, unless it is finished. Safe to repeat. */
  abandon(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.file.close();
    remove(this.path);
  }
}

/** Not every file system has locks. */
function lock(file: Deno.FsFile): boolean {
  try {
    return file.tryLockSync(true);
  } catch {
    return false;
  }
}

function removeLeft(start: string): void {
  const name = basename(start);
  for (const entry of Deno.readDirSync(dirname(start))) {
    const isPart = entry.name.startsWith(name) &&
      UUID.test(entry.name.slice(name.length));
    if (!isPart || (!entry.isFile && !entry.isDirectory)) continue;
    const path = join(dirname(start), entry.name);
    if (isLeft(path)) remove(path);
  }
}

function isLeft(path: string): boolean {
  try {
    using file = Deno.openSync(path);
    return lock(file);
  } catch {
    return false; // somebody else's
  }
}

function remove(path: string): void {
  try {
    Deno.removeSync(path, { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
