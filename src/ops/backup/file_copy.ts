/** Files that are read once: to be hashed, or copied and hashed. @module */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { giveToOwner, makeDirectory } from "../../files/owner.ts";
import { onceAsOwnerOf } from "../as_owner.ts";
import { StrangeEntry } from "./paths.ts";

const BUFFER_OCTETS = 1024 * 1024;
const buffer = new Uint8Array(BUFFER_OCTETS);

export interface CopiedFile {
  readonly octets: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

export function hashFile(path: string): CopiedFile {
  using file = Deno.openSync(path);
  return hashOf(file);
}

/** Durable when it returns, and readable by its owner only. The directory is made. */
export function copyFile(from: string, to: string): CopiedFile {
  using source = Deno.openSync(from);
  return copyOpened(source, to);
}

/** The same of a file of a backup. */
export function copyOpened(source: Deno.FsFile, to: string): CopiedFile {
  using target = createFile(to);
  return copyInto(source, target);
}

/** Durable when it returns. */
export function copyInto(
  source: Deno.FsFile,
  target: Deno.FsFile,
): CopiedFile {
  const copied = hashOf(source, target);
  target.syncSync();
  return copied;
}

/**
 * A file of a backup, opened by whoever owns that: a link in it leads nobody
 * further than its maker gets.
 *
 * @throws {StrangeEntry}
 */
export function openWithin(directory: string, path: string): Deno.FsFile {
  return onceAsOwnerOf(directory, () => {
    const place = join(directory, path);
    if (!Deno.lstatSync(place).isFile) throw new StrangeEntry(path);
    return Deno.openSync(place);
  });
}

/** The same file under a second name where the file system has that, else a copy. */
export function linkOrCopy(from: string, to: string): void {
  makeDirectory(dirname(to));
  try {
    Deno.linkSync(from, to);
  } catch {
    copyFile(from, to);
  }
}

/** One that was not there. */
export function createFile(path: string): Deno.FsFile {
  makeDirectory(dirname(path));
  const file = Deno.openSync(path, {
    createNew: true,
    write: true,
    mode: 0o600,
  });
  giveToOwner(path);
  return file;
}

export function syncDirectory(path: string): void {
  using directory = Deno.openSync(path);
  directory.syncSync();
}

function hashOf(source: Deno.FsFile, target?: Deno.FsFile): CopiedFile {
  const hash = createHash("sha256");
  let octets = 0;
  for (let read; (read = source.readSync(buffer)) !== null;) {
    const piece = buffer.subarray(0, read);
    hash.update(piece);
    octets += read;
    if (target) writeAll(target, piece);
  }
  return { octets, sha256: hash.digest("hex") };
}

export function writeAll(file: Deno.FsFile, octets: Uint8Array): void {
  for (let at = 0; at < octets.length;) {
    at += file.writeSync(octets.subarray(at));
  }
}
