/**
 * Whose the files of a relay have to be, and who else may use them: one table,
 * for the start, for `install` and for `doctor`.
 *
 * @module
 */
import { realpathSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ownerOf, userName } from "./owner.ts";

const FOR_OTHERS = 0o007;
const ENTER = 0o001;
/** Larger folders are looked at from outside only: they hold mail. */
const MAX_INSIDE = 1000;
/** Begins names that no backup has and no restore minds. */
const TRIAL = ".making-";

/** What lies in a state directory, and would be of use to others. */
interface Kept {
  readonly name: string;
  readonly kind: "file" | "directory";
  /** Its files are looked at, too. */
  readonly inside?: true;
}

const KEPT: readonly Kept[] = [
  { name: "admin_token", kind: "file" },
  { name: "lock", kind: "file" },
  { name: "acme", kind: "directory", inside: true },
  { name: "dkim", kind: "directory", inside: true },
  { name: "tls", kind: "directory", inside: true },
  { name: "exchange", kind: "directory" },
  { name: "blobs", kind: "directory" },
  { name: "tmp", kind: "directory" },
  { name: "backups", kind: "directory" },
];
const OF_DATABASE = ["", "-wal", "-shm"];

export interface StateAccess {
  readonly stateDir: string;
  /** Name of the database file. */
  readonly database: string;
}

/** Everything of the table that is there; links are not followed. */
export function keptPaths({ stateDir, database }: StateAccess): string[] {
  const rows: readonly Kept[] = [
    ...OF_DATABASE.map((end) => ({
      name: `${database}${end}`,
      kind: "file" as const,
    })),
    ...KEPT,
  ];
  return rows.flatMap(({ name, kind, inside }) => {
    const path = resolve(stateDir, name);
    const there = look(path);
    const isKind = kind === "file" ? there?.isFile : there?.isDirectory;
    if (!isKind) return [];
    return inside ? [path, ...filesIn(path)] : [path];
  });
}

/**
 * Why a server of this user cannot work there, though the directory is its own
 * or root's, with what mends it. Undefined if it can, or somebody else's server
 * does.
 */
export function stateObstacle(place: StateAccess): string | undefined {
  const { stateDir } = place;
  const there = look(stateDir);
  if (there === undefined || Deno.uid() === 0) return undefined;
  if (!takesFiles(stateDir)) {
    if (there.uid === 0) return belongsTo(stateDir, stateDir);
    return there.uid === Deno.uid()
      ? `${stateDir} cannot be written to: "mount" shows whether its file system is read-only, "chmod u+rwx ${stateDir}" mends its mode`
      : undefined;
  }
  const path = keptPaths(place).find((path) =>
    look(path)?.isDirectory ? !takesFiles(path) : !opens(path)
  );
  return path === undefined ? undefined : belongsTo(path, stateDir);
}

function belongsTo(path: string, stateDir: string): string {
  const me = userName();
  const user = /\s/.test(me) ? String(Deno.uid()) : me;
  return `${path} belongs to ${
    ownerOf(path)
  }, and the server runs as ${me}: "chown -R ${user}: ${stateDir}" gives it all that is there`;
}

/** Whether everybody on the machine may do anything with it: they have to get there, too. */
export function isForOthers(path: string): boolean {
  try {
    const real = realpathSync(path);
    if ((modeOf(real) & FOR_OTHERS) === 0) return false;
    for (let at = dirname(real);; at = dirname(at)) {
      if ((modeOf(at) & ENTER) === 0) return false;
      if (at === dirname(at)) return true;
    }
  } catch {
    return false; // it is not there, or nobody gets there
  }
}

function modeOf(path: string): number {
  return Deno.statSync(path).mode ?? 0;
}

/** Modes and lists of access do not say it for sure. */
function takesFiles(directory: string): boolean {
  try {
    const made = Deno.makeTempFileSync({ dir: directory, prefix: TRIAL });
    Deno.removeSync(made);
    return true;
  } catch {
    return false;
  }
}

function opens(path: string): boolean {
  try {
    Deno.openSync(path, { read: true, write: true }).close();
    return true;
  } catch {
    return false;
  }
}

function look(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.lstatSync(path);
  } catch {
    return undefined;
  }
}

function filesIn(directory: string): string[] {
  const found: string[] = [];
  try {
    for (const { name, isFile } of Deno.readDirSync(directory)) {
      if (found.length === MAX_INSIDE) break;
      if (isFile) found.push(join(directory, name));
    }
  } catch {
    // whose it is, is said of the directory
  }
  return found;
}
