/**
 * A relay from a backup, in a state directory without one.
 *
 * All files are first brought together and proved beside their places. The
 * database goes to its place last, by one rename: until then the directory has
 * no relay, from then on it has all of it, whenever the machine dies.
 *
 * @module
 */
import { statfsSync } from "node:fs";
import { join } from "node:path";
import { Refusal } from "../../base/refusal.ts";
import { giveToOwner } from "../../files/owner.ts";
import { syncDirectory } from "./file_copy.ts";
import { type Manifest, MANIFEST_NAME, readManifest } from "./manifest.ts";
import { filesIn } from "./paths.ts";
import { isLeftOut, type StatePlace } from "./state_files.ts";
import { verifyBackup } from "./verify.ts";

const RESTORING = "restoring";
/** Files from outside of the state directory, for a person to put in their place. */
const FROM_BACKUP = "from-backup";

/** A backup, wherever it lies. */
export interface BackupSource {
  /** Each of its files has been compared with its manifest already. */
  readonly isProved?: true;
  /** Puts all of it, manifest too, into a directory that is not there yet. @throws {BackupFault} */
  unpack(
    directory: string,
    onManifest: (manifest: Manifest) => void,
  ): Promise<void>;
}

export interface Restored {
  readonly domain: string;
  readonly created_at: number;
  readonly accounts: number;
  readonly messages: number;
  /** Paths of the configuration and of files that it names, as they were. */
  readonly others: readonly string[];
}

/**
 * @param place Whose directory the caller has locked.
 * @throws {Refusal} `already_exists` if there is a relay, `storage_full`, `invalid_value` with what is wrong with the backup
 */
export async function restoreBackup(
  source: BackupSource,
  place: StatePlace,
): Promise<Restored> {
  const { stateDir } = place;
  const staging = join(stateDir, RESTORING);
  clearInterrupted(place);
  checkEmpty(place);
  try {
    await source.unpack(
      staging,
      ({ end }) => checkRoom(stateDir, end.octets),
    );
    const { head, end, problems } = source.isProved
      ? { ...readManifest(join(staging, MANIFEST_NAME)), problems: [] }
      : await verifyBackup(staging);
    if (problems.length > 0 || !head || !end) throw notWhole(problems);
    const others = moveOthers(staging, stateDir);
    moveState(staging, place, head.database);
    Deno.removeSync(staging, { recursive: true });
    syncDirectory(stateDir);
    const { domain, created_at } = head;
    const { accounts, messages } = end;
    return { domain, created_at, accounts, messages, others };
  } catch (error) {
    clearInterrupted(place);
    throw error;
  }
}

/** What a restore before has left that did not come to its end: all of it is that restore's. */
export function clearInterrupted(place: StatePlace): void {
  const { stateDir, database } = place;
  const staging = join(stateDir, RESTORING);
  if (!exists(staging)) return;
  if (!exists(join(stateDir, database))) {
    for (const name of restoredNames(place)) {
      Deno.removeSync(join(stateDir, name), { recursive: true });
    }
  }
  Deno.removeSync(staging, { recursive: true });
}

/** The directories that a restore fills. */
function restoredNames(place: StatePlace): string[] {
  return namesIn(place.stateDir).filter((name) =>
    name === "blobs" || !isLeftOut(name, place)
  );
}

/** @throws {Refusal} `already_exists` */
export function checkEmpty(place: StatePlace): void {
  const { stateDir, database } = place;
  const found = exists(join(stateDir, database))
    ? database
    : restoredNames(place).find((name) => hasFile(join(stateDir, name)));
  if (found === undefined) return;
  throw new Refusal("already_exists", {
    explanation:
      `There is ${found} in ${stateDir}: a restore needs a state directory without a relay. Move what is there away first`,
  });
}

function hasFile(path: string): boolean {
  const { isFile, isDirectory } = Deno.lstatSync(path);
  return isFile ||
    isDirectory && filesIn(path, { plainOnly: true }).next().done === false;
}

/** @throws {Refusal} `storage_full` */
function checkRoom(stateDir: string, octets: number): void {
  const { bavail, bsize } = statfsSync(stateDir);
  if (bavail * bsize < octets) throw new Refusal("storage_full");
}

function notWhole(problems: readonly string[]): Refusal {
  return new Refusal("invalid_value", {
    field: "backup",
    explanation: `The backup is damaged, nothing was restored: ${
      problems.slice(0, 3).join("; ")
    }`,
  });
}

function moveOthers(staging: string, stateDir: string): string[] {
  const from = join(staging, "config");
  if (!exists(from)) return [];
  const to = join(stateDir, FROM_BACKUP);
  Deno.renameSync(from, to);
  giveTree(to);
  return [...filesIn(to)].map(({ path }) => join(to, path));
}

function moveState(
  staging: string,
  place: StatePlace,
  databaseInBackup: string,
): void {
  const { stateDir, database } = place;
  const state = join(staging, "state");
  for (const name of namesIn(state)) {
    if (
      name !== "blobs" &&
      isLeftOut(name, { ...place, database: databaseInBackup })
    ) continue;
    const to = join(stateDir, name);
    if (exists(to)) Deno.removeSync(to, { recursive: true }); // without files, as was looked
    Deno.renameSync(join(state, name), to);
    giveTree(to);
  }
  syncDirectory(stateDir);
  const file = join(stateDir, database);
  Deno.renameSync(join(state, databaseInBackup), file);
  giveToOwner(file);
  syncDirectory(stateDir);
}

/** To whom the state directory belongs. */
function giveTree(path: string): void {
  giveToOwner(path);
  if (!Deno.lstatSync(path).isDirectory) return;
  for (const name of namesIn(path)) giveTree(join(path, name));
}

function namesIn(directory: string): string[] {
  return [...Deno.readDirSync(directory)].map(({ name }) => name);
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
