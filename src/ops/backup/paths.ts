/**
 * Paths below a backup, as they stand in its manifest: relative, `/` between
 * names, and never out of the directory that they are below.
 *
 * @module
 */
import { join } from "node:path";

const MAX_LENGTH = 1024;
const MAX_DEPTH = 16;
// deno-lint-ignore no-control-regex
const NAME = /^[^\x00-\x1f\x7f/\\]{1,255}$/;

/** A file below a directory, as it was found there. */
export interface FoundFile {
  readonly path: string;
  readonly octets: number;
}

export function isSafePath(path: string): boolean {
  if (path.length > MAX_LENGTH) return false;
  const names = path.split("/");
  return names.length <= MAX_DEPTH && names.every(isName);
}

function isName(name: string): boolean {
  return NAME.test(name) && name !== "." && name !== "..";
}

/** In the order in which `filesIn()` gives them. */
export function comparePaths(a: string, b: string): number {
  const left = a.split("/");
  const right = b.split("/");
  for (let i = 0;; i++) {
    const [one, other] = [left[i], right[i]];
    if (one === undefined || other === undefined) {
      return left.length - right.length;
    }
    if (one !== other) return one < other ? -1 : 1;
  }
}

/** Something that is neither a file nor a directory. */
export class StrangeEntry extends Error {
  override readonly name = "StrangeEntry";
  constructor(readonly path: string) {
    super(`${path} is neither a file nor a directory`);
  }
}

export interface FilesOptions {
  /** Names at the top that are left out. */
  readonly without?: (name: string) => boolean;
  /** What is neither a file nor a directory is left out, and is no error. */
  readonly plainOnly?: true;
}

/**
 * Every file below a directory, in one order: that of the names at each level.
 * Links are never followed.
 *
 * @throws {StrangeEntry}
 */
export function* filesIn(
  root: string,
  { without = () => false, plainOnly }: FilesOptions = {},
): Generator<FoundFile> {
  function* below(prefix: string): Generator<FoundFile> {
    for (const name of namesIn(join(root, prefix))) {
      if (prefix === "" && without(name)) continue;
      const path = prefix === "" ? name : `${prefix}/${name}`;
      const found = lookAt(join(root, path));
      if (!found) continue; // it has just gone
      if (found.isDirectory) yield* below(path);
      else if (found.isFile) yield { path, octets: found.size };
      else if (!plainOnly) throw new StrangeEntry(path);
    }
  }
  yield* below("");
}

function namesIn(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)].map(({ name }) => name)
      .sort((a, b) => a < b ? -1 : 1);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function lookAt(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
