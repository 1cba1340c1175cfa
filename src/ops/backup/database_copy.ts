/** The database of a backup as one file of its own. @module */
import { dirname, join } from "node:path";
import { Refusal } from "../../base/refusal.ts";
import { systemError } from "../../base/system_errors.ts";
import { asOwnerOf } from "../as_owner.ts";
import { Part } from "../../files/part.ts";
import { copyInto, hashFile, openWithin } from "./file_copy.ts";
import { BackupFault, MANIFEST_NAME, readManifest } from "./manifest.ts";
import { verifyBackup } from "./verify.ts";

export interface DatabaseCopy {
  readonly octets: number;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly accounts: number;
  readonly messages: number;
  /** Contents that are files beside the database, and so not in the copy. */
  readonly contentFiles: number;
}

const CONTENTS = "state/blobs/";

/**
 * Proves the backup, and writes its database to a file that its owner alone can
 * read: all of it or none, read again before it gets its name.
 *
 * @throws {BackupFault} what is wrong with the backup or what was written
 * @throws {Refusal} `already_exists` if there is such a file, unless `overwrite`
 */
export async function copyDatabase(
  backup: string,
  target: string,
  { overwrite }: { readonly overwrite: boolean },
): Promise<DatabaseCopy> {
  checkTarget(target, { overwrite });
  const { problems } = await asOwnerOf(backup, () => verifyBackup(backup));
  if (problems.length > 0) throw new BackupFault(problems.join("; "));
  const { head, end, files } = readManifest(join(backup, MANIFEST_NAME));
  const path = `state/${head.database}`;
  let sha256 = "";
  let contentFiles = 0;
  for (const file of files()) {
    if (file.path === path) sha256 = file.sha256;
    if (file.path.startsWith(CONTENTS)) contentFiles++;
  }
  const part = Part.begin(target);
  try {
    using source = openWithin(backup, path);
    const { octets } = copyInto(source, part.file);
    if (hashFile(part.path).sha256 !== sha256) {
      throw new BackupFault(`${target} did not come out as it was written`);
    }
    part.finish();
    const { accounts, messages } = end;
    return { octets, sha256, accounts, messages, contentFiles };
  } finally {
    part.abandon();
  }
}

/**
 * @throws {Refusal} `already_exists`, unless `overwrite`
 * @throws {Error} if its directory is not there
 */
export function checkTarget(
  target: string,
  { overwrite }: { readonly overwrite: boolean },
): void {
  Deno.statSync(dirname(target));
  try {
    if (overwrite && Deno.statSync(target).isFile) return;
    Deno.lstatSync(target);
  } catch (error) {
    if (systemError(error)?.code === "ENOENT") return;
    throw error;
  }
  throw new Refusal("already_exists", {
    explanation: overwrite
      ? `${target} is no file`
      : `File ${target} exists; --force overwrites it`,
  });
}
