/**
 * Who owns files. What root makes in another user's directory, as a command
 * beside a server that runs under a user of its own, is given to that user:
 * else the server could not open it.
 *
 * @module
 */
import { lchownSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Gives what root has made to the owner of the directory that it is in. Links
 * are not followed, and nothing that was somebody's before changes hands.
 */
export function giveToOwner(path: string): void {
  if (Deno.uid() !== 0) return;
  const { uid, gid } = Deno.statSync(dirname(path));
  if (!uid || gid === null) return;
  const made = Deno.lstatSync(path);
  const isAnothersName = made.isFile && made.nlink !== 1;
  if (made.uid !== 0 || made.isSymlink || isAnothersName) return;
  lchownSync(path, uid, gid);
}

/** Makes a directory and those above it that are missing. */
export function makeDirectory(path: string, mode = 0o700): void {
  const missing: string[] = [];
  for (let at = path; !exists(at); at = dirname(at)) missing.unshift(at);
  Deno.mkdirSync(path, { recursive: true, mode });
  missing.forEach(giveToOwner);
}

export interface Owner {
  readonly uid: number;
  readonly gid: number;
  /** Undefined for a number that no user has. */
  readonly name: string | undefined;
}

/** Whose this is, or else the directory above it that can be looked at, with the user's own group. */
export function ownerOfTree(path: string): Owner | undefined {
  for (let at = path;; at = dirname(at)) {
    try {
      const { uid, gid } = Deno.statSync(at);
      if (uid === null || gid === null) return undefined;
      const account = accountOf(uid);
      return { uid, gid: account?.gid ?? gid, name: account?.name };
    } catch {
      if (at === dirname(at)) return undefined;
    }
  }
}

/** Name of the user that this process runs as. */
export function userName(): string {
  return nameOf(Deno.uid() ?? 0);
}

/**
 * Who has to run a command so that it may use this file: `root or as postern`.
 * Undefined when this process is one of those already.
 */
export function whoMayUse(path: string): string | undefined {
  const uid = Deno.uid();
  const owner = ownerOf(path);
  if (uid === 0 || uid === null || owner === undefined) return undefined;
  if (owner === nameOf(uid)) return undefined;
  return owner === "root" ? "root" : `root or as ${owner}`;
}

/** Name of the user whose file this is, or else of the directory above it that can be looked at. */
export function ownerOf(path: string): string | undefined {
  const owner = ownerOfTree(path);
  return owner && (owner.name ?? numbered(owner.uid));
}

function nameOf(uid: number): string {
  return accountOf(uid)?.name ?? numbered(uid);
}

function numbered(uid: number): string {
  return `the user with the number ${uid}`;
}

function accountOf(
  uid: number,
): { readonly name: string; readonly gid: number } | undefined {
  try {
    const [name, , , gid] = Deno.readTextFileSync("/etc/passwd").split("\n")
      .map((line) => line.split(":")).find((row) => row[2] === String(uid)) ??
      [];
    return name === undefined ? undefined : { name, gid: Number(gid) };
  } catch {
    return undefined;
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    // what cannot be looked at is not ours to make
    return !(error instanceof Deno.errors.NotFound);
  }
}
