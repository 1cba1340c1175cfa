/**
 * A file that only takes room. When the disk is full it goes first, so that
 * accounts and messages can still be deleted, and the store be opened for that.
 *
 * @module
 */
import { join } from "node:path";
import { giveToOwner } from "../../../files/owner.ts";
import { storageFault } from "../database/errors.ts";

const BALLAST_NAME = "ballast";
export const BALLAST_OCTETS = 16 * 1024 * 1024;

/** Makes the file if it is not there, of real octets; false if there is no room. */
export async function layBallast(stateDir: string): Promise<boolean> {
  const path = join(stateDir, BALLAST_NAME);
  try {
    await fillFile(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return true;
    if (!storageFault(error)) throw error;
    await Deno.remove(path);
    return false;
  }
}

/** Gives its room up; false if it had been already. */
export function dropBallast(stateDir: string): boolean {
  try {
    Deno.removeSync(join(stateDir, BALLAST_NAME));
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return false;
  }
}

async function fillFile(path: string): Promise<void> {
  const options = { createNew: true, write: true, mode: 0o600 };
  using file = await Deno.open(path, options);
  giveToOwner(path);
  const piece = new Uint8Array(1024 * 1024);
  for (let at = 0; at < BALLAST_OCTETS;) at += await file.write(piece);
}
