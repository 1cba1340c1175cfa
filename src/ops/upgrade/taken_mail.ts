/**
 * Whether a version that takes over has taken mail: from then on the copy of the
 * database of before lacks something that a sender was told is safe. Whoever
 * switches puts a note with the new version into the state directory; a server
 * of that version says there that it takes mail before it does so for the first
 * time.
 *
 * @module
 */
import { join } from "node:path";
import { giveToOwner } from "../../files/owner.ts";
import { onceAsOwnerOf } from "../as_owner.ts";
import { TAKING_OVER } from "../backup/state_files.ts";

const TAKES = "takes mail";
const MAX_OCTETS = 1024;

/** @param version What its program says that it is. */
export function watchForMail(stateDir: string, version: string): void {
  onceAsOwnerOf(stateDir, () => write(stateDir, [version]));
}

/** Of a version that cannot say so it is taken that it has not. */
export function hasTakenMail(stateDir: string, version: string): boolean {
  const [of, takes] = onceAsOwnerOf(stateDir, () => read(stateDir)) ?? [];
  return of === version && takes === TAKES;
}

export function watchNoLonger(stateDir: string): void {
  onceAsOwnerOf(stateDir, () => {
    try {
      Deno.removeSync(join(stateDir, TAKING_OVER));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  });
}

/** Of a server, before its first message; what it says is on disk when this returns. */
export function sayThatItTakesMail(stateDir: string, version: string): void {
  const [of, takes] = read(stateDir) ?? [];
  if (of === version && takes !== TAKES) write(stateDir, [version, TAKES]);
}

function read(stateDir: string): readonly string[] | undefined {
  const path = join(stateDir, TAKING_OVER);
  try {
    const { isFile, size } = Deno.lstatSync(path);
    if (!isFile || size > MAX_OCTETS) return undefined;
    return Deno.readTextFileSync(path).split("\n");
  } catch {
    return undefined; // nobody switches
  }
}

/** In one piece. */
function write(stateDir: string, lines: readonly string[]): void {
  const fresh = join(stateDir, `.making-${TAKING_OVER}`);
  Deno.writeTextFileSync(fresh, `${lines.join("\n")}\n`, { mode: 0o600 });
  giveToOwner(fresh);
  sync(fresh);
  Deno.renameSync(fresh, join(stateDir, TAKING_OVER));
  sync(stateDir);
}

function sync(path: string): void {
  using file = Deno.openSync(path);
  file.syncSync();
}
