/**
 * A state directory in the place of another: what is there is put aside whole,
 * beside it, and is never changed.
 *
 * The two change names at one moment where the kernel can do that. A mark in
 * the new one, while that goes on, says to whoever comes after a kill what is
 * left to do: it is removed last.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { Refusal } from "../../base/refusal.ts";
import { reasonOf } from "../../base/system_errors.ts";
import { ownerOfTree } from "../../files/owner.ts";
import { onceAsOwnerOf } from "../as_owner.ts";
import { exchangeNames } from "./exchange.ts";
import { syncDirectory } from "./file_copy.ts";
import { CHANGING_PLACES, type StatePlace } from "./state_files.ts";

/** Of what is not the relay's state, but lies there. */
const STAYING = ["backups"];
/** More than a system follows. */
const MAX_LINKS = 40;

export interface Replacement {
  /** Where the new one is made: empty, beside the old one, of the same owner. */
  readonly place: StatePlace;
  /** Puts it in place; gives the path of the old one. */
  finish(): string;
  /** Removes what has been made of it. */
  giveUp(): void;
}

interface Names {
  readonly stateDir: string;
  /** While it is made. */
  readonly fresh: string;
  /** What the one before is called in the end. */
  readonly old: string;
}

function namesOf(stateDir: string, seconds: string): Names {
  return {
    stateDir,
    fresh: join(dirname(stateDir), `${freshStart(stateDir)}${seconds}`),
    old: `${stateDir}.old-${seconds}`,
  };
}

function freshStart(stateDir: string): string {
  return `.${basename(stateDir)}.new-`;
}

/** Those of now, or the next ones whose names nothing has. */
function freeSeconds(stateDir: string, nowSeconds: number): string {
  for (let seconds = nowSeconds;; seconds++) {
    const { fresh, old } = namesOf(stateDir, String(seconds));
    if (!existsSync(fresh) && !existsSync(old)) return String(seconds);
  }
}

/**
 * @param place Whose directory the caller has locked.
 * @param exchange Says whether it did: without that there is a moment without a directory.
 * @throws {Refusal} `invalid_value` if nothing can be made beside it
 */
export function replaceState(
  place: StatePlace,
  nowSeconds: number,
  exchange: typeof exchangeNames = exchangeNames,
): Replacement {
  const { configFile } = place;
  const stateDir = behindLinks(place.stateDir);
  const parent = dirname(stateDir);
  const seconds = freeSeconds(stateDir, nowSeconds);
  const names = namesOf(stateDir, seconds);
  const { fresh, old } = names;
  const { uid, gid, mode } = Deno.statSync(stateDir);
  let isInPlace = false;
  try {
    Deno.mkdirSync(fresh, { mode: 0o700 });
    Deno.chownSync(fresh, uid, gid);
    if (mode !== null) Deno.chmodSync(fresh, mode & 0o777);
  } catch (error) {
    throw unable(parent, error);
  }
  return {
    place: { ...place, stateDir: fresh },
    finish() {
      onceAsOwnerOf(fresh, () => {
        keepConfig(stateDir, fresh, configFile);
        setMark(fresh, seconds);
      });
      if (exchange(fresh, stateDir)) isInPlace = true;
      else renameBoth(names, () => isInPlace = true);
      settle(names);
      return old;
    },
    giveUp() {
      // from then on it is the name of the old one
      if (isInPlace || !existsSync(fresh)) return;
      Deno.removeSync(fresh, { recursive: true });
    },
  };
}

/** The second name is there again if it cannot be taken. */
function renameBoth(
  { stateDir, fresh, old }: Names,
  onDone: () => void,
): void {
  try {
    Deno.renameSync(stateDir, old); // fails on the root of a volume
  } catch (error) {
    throw unable(dirname(stateDir), error);
  }
  try {
    Deno.renameSync(fresh, stateDir);
  } catch (error) {
    Deno.renameSync(old, stateDir);
    throw unable(dirname(stateDir), error);
  }
  onDone();
}

/** From when the new one is in place; may be begun anew. */
function settle({ stateDir, fresh, old }: Names): void {
  if (existsSync(fresh)) Deno.renameSync(fresh, old);
  for (const name of STAYING) moveBack(join(old, name), stateDir, name);
  syncDirectory(dirname(stateDir));
  Deno.removeSync(join(stateDir, CHANGING_PLACES));
  syncDirectory(stateDir);
}

/** What a killed replacement has left. */
export interface Unsettled {
  /** Whose lock says whether it goes on still; undefined where it is in place. */
  readonly fresh: string | undefined;
  /** Whether the old one has no name of its own any more: nothing can run before. */
  readonly isBetween: boolean;
  /** For people without the rights to have it done. */
  readonly remedy: string;
  /** Completes it, or takes it back. @throws {Error} as of rights that are missing */
  settle(): void;
}

/** Nothing while all is as it should be. */
export function unsettled(path: string): readonly Unsettled[] {
  const stateDir = behindLinks(path);
  const seconds = markOf(stateDir);
  if (seconds !== undefined) {
    const names = namesOf(stateDir, seconds);
    const from = existsSync(names.fresh) ? names.fresh : names.old;
    return [{
      fresh: undefined,
      isBetween: false,
      remedy: `move ${
        STAYING.join(", ")
      } of ${from} to ${stateDir}, and remove ${
        join(stateDir, CHANGING_PLACES)
      }`,
      settle: () => settle(names),
    }];
  }
  return freshNames(stateDir).map((seconds) => {
    const names = namesOf(stateDir, seconds);
    const { fresh, old } = names;
    const isBetween = markOf(fresh) !== undefined && existsSync(old) &&
      isBare(stateDir);
    return {
      fresh,
      isBetween,
      remedy: isBetween
        ? `rm -rf ${stateDir} && mv ${fresh} ${stateDir}`
        : `rm -rf ${fresh}`,
      settle() {
        if (!isBetween) return Deno.removeSync(fresh, { recursive: true });
        if (existsSync(stateDir)) {
          Deno.removeSync(stateDir, { recursive: true });
        }
        Deno.renameSync(fresh, stateDir);
        settle(names);
      },
    };
  });
}

/** The directory itself, there or not: what links to it stays, and so it stays on its volume. */
function behindLinks(path: string): string {
  let at = path;
  try {
    for (let links = 0; links < MAX_LINKS; links++) {
      at = resolve(dirname(at), Deno.readLinkSync(at));
    }
  } catch {
    // no link
  }
  return at;
}

/** One that systemd or a command has made anew, if there is one. */
function isBare(stateDir: string): boolean {
  if (!existsSync(stateDir)) return true;
  return [...Deno.readDirSync(stateDir)].every(({ name }) => name === "lock");
}

function freshNames(stateDir: string): string[] {
  const start = freshStart(stateDir);
  try {
    return [...Deno.readDirSync(dirname(stateDir))]
      .map(({ name }) => name)
      .filter((name) => name.startsWith(start))
      .map((name) => name.slice(start.length))
      .filter((seconds) => /^\d+$/.test(seconds));
  } catch {
    return []; // who may not look there has made none
  }
}

function setMark(directory: string, seconds: string): void {
  const path = join(directory, CHANGING_PLACES);
  const making = join(directory, `.making-${CHANGING_PLACES}`);
  Deno.writeTextFileSync(making, `${seconds}\n`, {
    mode: 0o600,
    createNew: true,
  });
  using file = Deno.openSync(making);
  file.syncSync();
  Deno.renameSync(making, path);
  syncDirectory(directory);
}

function markOf(directory: string): string | undefined {
  try {
    const path = join(directory, CHANGING_PLACES);
    if (!Deno.lstatSync(path).isFile) return undefined;
    const text = Deno.readTextFileSync(path).trim();
    return /^\d{1,15}$/.test(text) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** One that lies in the state directory is no part of the state. */
function keepConfig(
  from: string,
  to: string,
  configFile: string | undefined,
): void {
  if (configFile === undefined || behindLinks(dirname(configFile)) !== from) {
    return;
  }
  const copy = join(to, basename(configFile));
  const { uid, gid } = Deno.statSync(configFile);
  Deno.copyFileSync(configFile, copy);
  // the owner of the directory can give nothing away, and may do with it what it likes
  if (ownerOfTree(to)?.uid === 0) Deno.chownSync(copy, uid, gid);
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
