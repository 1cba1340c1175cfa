/**
 * A state directory in the place of another: what is there is put aside whole,
 * beside it, and is never changed.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Refusal } from "../../base/refusal.ts";
import { reasonOf } from "../../base/system_errors.ts";
import { syncDirectory } from "./file_copy.ts";
import type { StatePlace } from "./state_files.ts";

/** Of what is not the relay's state, but lies there. */
const STAYING = ["backups"];

export interface Replacement {
  /** Where the new one is made: empty, beside the old one, of the same owner. */
  readonly place: StatePlace;
  /** Puts it in place; gives the path of the old one. */
  finish(): string;
  /** Removes what has been made of it. */
  giveUp(): void;
}

/**
 * @param place Whose directory the caller has locked.
 * @throws {Refusal} `invalid_value` if nothing can be made beside it
 */
export function replaceState(
  place: StatePlace,
  nowSeconds: number,
): Replacement {
  const { stateDir, configFile } = place;
  const parent = dirname(stateDir);
  const fresh = join(parent, `.${basename(stateDir)}.new-${nowSeconds}`);
  const old = `${stateDir}.old-${nowSeconds}`;
  const { uid, gid, mode } = Deno.statSync(stateDir);
  try {
    if (existsSync(old)) throw new Deno.errors.AlreadyExists(`${old} exists`);
    Deno.mkdirSync(fresh, { mode: 0o700 });
    Deno.chownSync(fresh, uid, gid);
    if (mode !== null) Deno.chmodSync(fresh, mode & 0o777);
  } catch (error) {
    throw unable(parent, error);
  }
  return {
    place: { ...place, stateDir: fresh },
    finish() {
      keepConfig(stateDir, fresh, configFile);
      try {
        Deno.renameSync(stateDir, old); // fails on the root of a volume
      } catch (error) {
        throw unable(parent, error);
      }
      Deno.renameSync(fresh, stateDir);
      for (const name of STAYING) moveBack(join(old, name), stateDir, name);
      syncDirectory(parent);
      return old;
    },
    giveUp() {
      if (existsSync(fresh)) Deno.removeSync(fresh, { recursive: true });
    },
  };
}

/** One that lies in the state directory is no part of the state. */
function keepConfig(
  from: string,
  to: string,
  configFile: string | undefined,
): void {
  if (configFile === undefined || dirname(configFile) !== from) return;
  const copy = join(to, basename(configFile));
  const { uid, gid } = Deno.statSync(configFile);
  Deno.copyFileSync(configFile, copy);
  Deno.chownSync(copy, uid, gid);
}

function moveBack(from: string, stateDir: string, name: string): void {
  if (existsSync(from)) Deno.renameSync(from, join(stateDir, name));
}

function unable(parent: string, error: unknown): Refusal {
  return new Refusal("invalid_value", {
    field: "state_dir",
    explanation: `What is there cannot be put aside in ${parent} (${
      reasonOf(error)
    }): nothing has changed. Move the contents of the state directory away yourself`,
  });
}
