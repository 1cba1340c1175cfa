/**
 * Content files: `tmp/<name>` while they are received, then
 * `blobs/<hh>/<hh>/<name>`. Names are random, so that a listing of the
 * directory does not tell whose messages are equal.
 *
 * @module
 */
import { join } from "node:path";
import { giveToOwner, makeDirectory } from "../../../files/owner.ts";

export const NAME_OCTETS = 16;

export class BlobFiles {
  /** Directories known to be on disk. */
  readonly #made = new Set<string>();
  /** What is to be removed once nobody keeps all. */
  readonly #awaiting = new Set<string>();
  #keepers = 0;

  constructor(
    readonly stateDir: string,
    /** Whether to wait for the disk. */
    readonly sync: boolean,
  ) {}

  prepare(): void {
    for (const name of ["tmp", "blobs"]) {
      makeDirectory(join(this.stateDir, name));
    }
  }

  /** Removes what an earlier run left half received. */
  async emptyTemporary(): Promise<void> {
    const tmp = join(this.stateDir, "tmp");
    for await (const entry of Deno.readDir(tmp)) {
      await Deno.remove(join(tmp, entry.name), { recursive: true });
    }
  }

  async create(name: string): Promise<Deno.FsFile> {
    const path = this.temporary(name);
    const options = { createNew: true, write: true, mode: 0o600 };
    const file = await Deno.open(path, options);
    giveToOwner(path);
    return file;
  }

  /** Puts a received file in its place, durably. */
  async keep(name: string): Promise<void> {
    const directory = await this.#makeDirectory(name);
    await Deno.rename(this.temporary(name), join(directory, name));
    await this.#syncDirectory(directory);
  }

  async open(name: string): Promise<Deno.FsFile | undefined> {
    try {
      return await Deno.open(this.path(name));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  async remove(name: string): Promise<void> {
    if (this.#keepers > 0) this.#awaiting.add(name);
    else await removeIfThere(this.path(name));
  }

  /** Until this work ends no content goes, whoever removes it: that is done then. */
  async keepingAll<T>(work: () => Promise<T>): Promise<T> {
    this.#keepers++;
    try {
      return await work();
    } finally {
      if (--this.#keepers === 0) await this.#removeAwaiting();
    }
  }

  async removeTemporary(name: string): Promise<void> {
    await removeIfThere(this.temporary(name));
  }

  path(name: string): string {
    return join(this.stateDir, "blobs", ...levels(name), name);
  }

  temporary(name: string): string {
    return join(this.stateDir, "tmp", name);
  }

  /** Names of all files below `blobs/<hh>`. */
  async *below(top: string): AsyncGenerator<string> {
    const directory = join(this.stateDir, "blobs", top);
    for (const { name: below } of await listed(directory)) {
      for (const { name } of await listed(join(directory, below))) yield name;
    }
  }

  async #removeAwaiting(): Promise<void> {
    const names = [...this.#awaiting];
    this.#awaiting.clear();
    for (const name of names) await this.remove(name);
  }

  async #makeDirectory(name: string): Promise<string> {
    const [first, second] = levels(name);
    const upper = join(this.stateDir, "blobs", first);
    const lower = join(upper, second);
    if (this.#made.has(lower)) return lower;
    makeDirectory(lower);
    await this.#syncDirectory(join(this.stateDir, "blobs"));
    await this.#syncDirectory(upper);
    this.#made.add(lower);
    return lower;
  }

  async #syncDirectory(path: string): Promise<void> {
    if (!this.sync) return;
    using directory = await Deno.open(path);
    await directory.sync();
  }
}

function levels(name: string): [string, string] {
  return [name.slice(0, 2), name.slice(2, 4)];
}

async function listed(directory: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(directory));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
