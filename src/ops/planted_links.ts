/** Links in a state directory that somebody but root has made. @module */
import { join } from "node:path";

/**
 * A link that leads whoever follows it wherever its maker likes; undefined:
 * there is none. One of root is how an operator puts a part on another disk.
 */
export function plantedLink(directory: string): string | undefined {
  const waiting = [directory];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const { name, isSymlink, isDirectory } of namesIn(next)) {
      const path = join(next, name);
      if (isSymlink && ownerOf(path) !== 0) return path;
      if (isDirectory) waiting.push(path);
    }
  }
  return undefined;
}

function namesIn(directory: string): Deno.DirEntry[] {
  try {
    return [...Deno.readDirSync(directory)];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function ownerOf(path: string): number | null {
  try {
    return Deno.lstatSync(path).uid;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0; // it has just gone
    throw error;
  }
}
