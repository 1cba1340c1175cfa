/**
 * The state of before an upgrade in the place of what a newer version has made
 * of it. While neither is whole, a mark keeps the relay from starting: it would
 * begin with an empty database and new keys.
 *
 * @module
 */
import { join } from "node:path";
import { giveToOwner } from "../../files/owner.ts";
import {
  GOING_BACK,
  isLeftOut,
  REPLACED_PREFIX,
  type StatePlace,
} from "../backup/state_files.ts";

/**
 * @param restore Brings the state from a backup, as long as there is none.
 * @throws {Error} then what was there is there again
 */
export async function replaceState(
  place: StatePlace,
  nowSeconds: number,
  restore: () => Promise<void>,
): Promise<void> {
  const { stateDir } = place;
  const mark = join(stateDir, GOING_BACK);
  const aside = join(stateDir, `${REPLACED_PREFIX}${nowSeconds}`);
  const names = Array.from(Deno.readDirSync(stateDir), ({ name }) => name)
    .filter((name) => isOfState(name, place));
  Deno.mkdirSync(aside, { mode: 0o700 });
  giveToOwner(aside);
  Deno.writeTextFileSync(mark, `${aside}\n`, { mode: 0o600 });
  giveToOwner(mark);
  for (const name of names) {
    Deno.renameSync(join(stateDir, name), join(aside, name));
  }
  try {
    await restore();
  } catch (error) {
    for (const name of names) {
      Deno.renameSync(join(aside, name), join(stateDir, name));
    }
    Deno.removeSync(aside);
    Deno.removeSync(mark);
    throw new Error(
      `the database of before cannot be restored, that of the newer version is in its place: ${
        error instanceof Error ? error.message : error
      }`,
    );
  }
  Deno.removeSync(mark);
}

/** Path of the mark that somebody has begun with this and not ended it. */
export function goingBackMark(stateDir: string): string | undefined {
  const path = join(stateDir, GOING_BACK);
  try {
    Deno.lstatSync(path);
    return path;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** What a restore brings: the store, and what a backup has beside it. */
function isOfState(name: string, place: StatePlace): boolean {
  return name === "blobs" || name === place.database ||
    name.startsWith(`${place.database}-`) || !isLeftOut(name, place);
}
