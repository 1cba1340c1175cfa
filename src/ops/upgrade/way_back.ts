/**
 * The state of before an upgrade in the place of what a newer version has made
 * of it. While neither is whole, a mark keeps the relay from starting: it would
 * begin with an empty database and new keys.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import { giveToOwner } from "../../files/owner.ts";
import { onceAsOwnerOf } from "../as_owner.ts";
import {
  GOING_BACK,
  isLeftOut,
  REPLACED_PREFIX,
  type StatePlace,
} from "../backup/state_files.ts";

/**
 * Ends what somebody has begun who was killed.
 *
 * @param restore Brings the state from a backup, as long as there is none.
 * @throws {Error} then what was there is there again
 */
export async function replaceState(
  place: StatePlace,
  nowSeconds: number,
  restore: () => Promise<void>,
): Promise<void> {
  const { stateDir } = place;
  const aside = onceAsOwnerOf(stateDir, () => putAside(place, nowSeconds));
  try {
    await restore();
  } catch (error) {
    onceAsOwnerOf(stateDir, () => {
      removeState(place);
      writeMark(stateDir, { aside, isMoved: false });
      moveState({ ...place, stateDir: aside }, aside, stateDir);
      Deno.removeSync(join(stateDir, GOING_BACK));
      Deno.removeSync(aside);
    });
    throw new Error(
      `the database of before cannot be restored, that of the newer version is in its place: ${
        error instanceof Error ? error.message : error
      }`,
    );
  }
  onceAsOwnerOf(stateDir, () => Deno.removeSync(join(stateDir, GOING_BACK)));
}

/** @returns where all of it is then */
function putAside(place: StatePlace, nowSeconds: number): string {
  const { stateDir } = place;
  const begun = readMark(stateDir);
  const aside = begun?.aside ?? freeName(stateDir, nowSeconds);
  if (!begun) {
    Deno.mkdirSync(aside, { recursive: true, mode: 0o700 });
    giveToOwner(aside);
    writeMark(stateDir, { aside, isMoved: false });
  }
  if (begun?.isMoved) removeState(place); // what of it was restored
  else moveState(place, stateDir, aside);
  writeMark(stateDir, { aside, isMoved: true });
  return aside;
}

/** Whose name says when. */
function freeName(stateDir: string, nowSeconds: number): string {
  const names = new Set(
    Array.from(Deno.readDirSync(stateDir), ({ name }) => name),
  );
  let seconds = nowSeconds;
  while (names.has(`${REPLACED_PREFIX}${seconds}`)) seconds++;
  return join(stateDir, `${REPLACED_PREFIX}${seconds}`);
}

interface Mark {
  /** Where the state goes that is to be replaced. */
  readonly aside: string;
  /** All of it is there. */
  readonly isMoved: boolean;
}

function readMark(stateDir: string): Mark | undefined {
  const path = goingBackMark(stateDir);
  if (path === undefined) return undefined;
  const [aside = "", ...more] = textOf(path).split("\n");
  const isOurs = dirname(aside) === stateDir &&
    basename(aside).startsWith(REPLACED_PREFIX);
  if (!isOurs) {
    throw new Error(`${path} is not what an upgrade has written: remove it`);
  }
  // it is made before the mark is
  return { aside, isMoved: more.includes(MOVED) };
}

/** Of a file that is neither a link nor a pipe. */
function textOf(path: string): string {
  const { isFile, size } = Deno.lstatSync(path);
  return isFile && size <= MAX_MARK_OCTETS ? Deno.readTextFileSync(path) : "";
}

/** Where the state is that a way back which was killed has put aside, in the words of its mark. */
export function goingBackFrom(mark: string): string {
  return textOf(mark).split("\n")[0] ?? "";
}

/** In one piece: the next one goes by it. */
function writeMark(stateDir: string, { aside, isMoved }: Mark): void {
  const mark = join(stateDir, GOING_BACK);
  const fresh = join(stateDir, FRESH_MARK);
  Deno.writeTextFileSync(fresh, `${aside}\n${isMoved ? `${MOVED}\n` : ""}`, {
    mode: 0o600,
  });
  giveToOwner(fresh);
  Deno.renameSync(fresh, mark);
}

const MOVED = "moved";
const MAX_MARK_OCTETS = 8192;
/** A name that is no part of the state. */
const FRESH_MARK = `.making-${GOING_BACK}`;

function moveState(place: StatePlace, from: string, to: string): void {
  for (const name of namesOf(place)) {
    Deno.renameSync(join(from, name), join(to, name));
  }
}

function removeState(place: StatePlace): void {
  for (const name of namesOf(place)) {
    Deno.removeSync(join(place.stateDir, name), { recursive: true });
  }
}

function namesOf(place: StatePlace): string[] {
  return Array.from(Deno.readDirSync(place.stateDir), ({ name }) => name)
    .filter((name) => isOfState(name, place));
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
