/** Private keys on disk: PKCS #8 files that nobody else may read. @module */
import { dirname } from "node:path";
import { reasonOf } from "../../base/system_errors.ts";
import { giveToOwner, makeDirectory } from "../../files/owner.ts";
import { type DkimKeyMaterial, readKey } from "./key_material.ts";

const MAX_OCTETS = 65_536;

/**
 * undefined: there is no such file.
 *
 * @throws {SyntaxError} naming the file and what is wrong with it
 */
export async function findKeyFile(
  path: string,
): Promise<DkimKeyMaterial | undefined> {
  try {
    const { size } = await Deno.stat(path);
    if (size > MAX_OCTETS) throw new SyntaxError("It is too long for a key");
    return readKey(await Deno.readTextFile(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new SyntaxError(`Cannot use the key ${path}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** Whole or not at all, and durable when this resolves. What had the name before is replaced. */
export async function writeKeyFile(path: string, pem: string): Promise<void> {
  const folder = dirname(path);
  makeDirectory(folder);
  const fresh = `${path}.new`;
  await removeKeyFile(fresh); // of a start that was cut short
  using file = await Deno.open(fresh, {
    write: true,
    createNew: true,
    mode: 0o600,
  });
  giveToOwner(fresh);
  const octets = new TextEncoder().encode(pem);
  for (let at = 0; at < octets.length;) {
    at += await file.write(octets.subarray(at));
  }
  await file.sync();
  await Deno.rename(fresh, path);
  using directory = await Deno.open(folder, { read: true });
  await directory.sync();
}

/** Safe to repeat. */
export async function removeKeyFile(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
