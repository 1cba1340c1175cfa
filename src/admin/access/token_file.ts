/**
 * The token that may do everything, in a file that only the server can read. Who
 * deletes the file has a new one after the next start.
 *
 * @module
 */
import type { Random } from "../../base/random.ts";
import { giveToOwner } from "../../files/owner.ts";

const TOKEN_OCTETS = 32;
const SHORTEST = 32;
const MAX_FILE_OCTETS = 4096;
const FOR_OTHERS = 0o007;

/** Makes one where there is none. @throws {Error} why it cannot be used */
export function tokenIn(path: string, random: Random): string {
  let text: string;
  try {
    text = Deno.readTextFileSync(path).slice(0, MAX_FILE_OCTETS).trim();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return makeToken(path, random);
  }
  if (text === "") return makeToken(path, random); // of a crash while it was written
  if (text.length < SHORTEST || !/^[!-~]+$/.test(text)) {
    throw new Error(
      `The token in ${path} must have ${SHORTEST} characters or more, without spaces; a new one is made where there is no file`,
    );
  }
  if (isOpenToOthers(path)) {
    throw new Error(
      `Everybody on this machine may use the token in ${path}: chmod 600 ${path}, and make a new one if others may have read it`,
    );
  }
  return text;
}

/** By its own mode: with such a file no server starts, wherever it lies. */
export function isOpenToOthers(path: string): boolean {
  return ((Deno.statSync(path).mode ?? 0) & FOR_OTHERS) !== 0;
}

/** In place of the one before; whole, or not at all. */
export function makeToken(path: string, random: Random): string {
  const token = random(TOKEN_OCTETS).toHex();
  const fresh = `${path}.new`;
  try {
    Deno.removeSync(fresh);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  const file = Deno.openSync(fresh, {
    write: true,
    createNew: true,
    mode: 0o600,
  });
  try {
    file.writeSync(new TextEncoder().encode(`${token}\n`));
    file.syncSync();
  } finally {
    file.close();
  }
  giveToOwner(fresh);
  Deno.renameSync(fresh, path);
  return token;
}
