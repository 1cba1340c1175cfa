/** Small files that a crash leaves whole: as they were, or as they are to be. @module */
import { dirname } from "node:path";
import { giveToOwner, makeDirectory } from "../files/owner.ts";

/** undefined if there is none. */
export async function readKept(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Nobody but the owner can read it, unless told: there are keys among them. */
export async function writeKept(
  path: string,
  text: string,
  mode = 0o600,
): Promise<void> {
  const folder = dirname(path);
  makeDirectory(folder);
  const fresh = `${path}.new`;
  await Deno.remove(fresh).catch((error) => { // of a crash
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await writeSynced(fresh, text, mode);
  await Deno.rename(fresh, path);
  using directory = await Deno.open(folder);
  await directory.sync();
}

async function writeSynced(
  path: string,
  text: string,
  mode: number,
): Promise<void> {
  await Deno.writeTextFile(path, text, { createNew: true, mode });
  giveToOwner(path);
  using file = await Deno.open(path, { write: true });
  await file.sync();
}
