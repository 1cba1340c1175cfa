/** What of the state directory a backup has beside the store. @module */
import { basename, dirname } from "node:path";

export interface StatePlace {
  readonly stateDir: string;
  /** Name of the database file. */
  readonly database: string;
  /** Path of the configuration, if there is one: it may lie there, and is no part of the state. */
  readonly configFile?: string;
}

/** Begins the name of what an upgrade has put aside on its way back. */
export const REPLACED_PREFIX = "replaced-";
/** There while it does. */
export const GOING_BACK = "going-back";

/** There while a version of the program takes over from another. */
export const TAKING_OVER = "taking-over";

/** There while a restored relay takes the place of another. */
export const CHANGING_PLACES = "changing-places";

/** Made anew, of this process alone, or in the snapshot of the store. */
const LEFT_OUT = new Set([
  "ballast",
  "backups",
  "blobs",
  CHANGING_PLACES,
  "exports",
  GOING_BACK,
  "handover",
  "incoming",
  "lock",
  "moved",
  "restoring",
  TAKING_OVER,
  "tmp",
]);

/** Of names in the state directory. */
export function isLeftOut(name: string, place: StatePlace): boolean {
  return LEFT_OUT.has(name) || name.startsWith(".making-") ||
    name.startsWith(REPLACED_PREFIX) ||
    isOfDatabase(name, place.database) || isConfig(name, place);
}

function isOfDatabase(name: string, database: string): boolean {
  return name === database || name.startsWith(`${database}-`);
}

function isConfig(
  name: string,
  { configFile, stateDir }: StatePlace,
): boolean {
  return configFile !== undefined && basename(configFile) === name &&
    dirname(configFile) === stateDir;
}
