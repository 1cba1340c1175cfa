/** What files take up. @module */
import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";

/** More are not looked at: it is to be known soon. */
const MAX_ENTRIES = 20_000;

export interface FolderSize {
  readonly octets: number;
  readonly files: number;
  /** Not all was looked at. */
  readonly isPart: boolean;
}

/** A file, or all below a folder; links are not followed. What is not there, or may not be read, is nothing. */
export async function sizeBelow(
  path: string,
  maxEntries = MAX_ENTRIES,
): Promise<FolderSize> {
  let octets = 0;
  let files = 0;
  let left = maxEntries;
  const waiting = [path];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (left-- <= 0) return { octets, files, isPart: true };
    const found = await lstat(next).catch(() => undefined);
    if (found?.isFile()) {
      // what it takes up, which of a file with holes is less than its size
      octets += Math.min(found.size, (found.blocks ?? Infinity) * 512);
      files++;
    } else if (found?.isDirectory()) {
      const folder = next;
      const names = await readdir(folder).catch(() => []);
      waiting.push(...names.map((name) => join(folder, name)));
    }
  }
  return { octets, files, isPart: false };
}
