/** Proves that a backup is what it was when it was made, and that a relay can live on it. @module */
import { join } from "node:path";
import { reasonOf } from "../../base/system_errors.ts";
import { inspectSnapshot } from "../../store/open.ts";
import { hashFile } from "./file_copy.ts";
import {
  BackupFault,
  type Manifest,
  MANIFEST_NAME,
  type ManifestEnd,
  type ManifestFile,
  type ManifestHead,
  readManifest,
} from "./manifest.ts";
import { comparePaths, filesIn, type FoundFile } from "./paths.ts";

export interface Verification {
  readonly head: ManifestHead | undefined;
  readonly end: ManifestEnd | undefined;
  /** Why it is none, up to a hundred; empty when all is well. */
  readonly problems: readonly string[];
}

const MAX_PROBLEMS = 100;

/** Reads every octet of a backup's directory, and writes nothing there. */
export async function verifyBackup(directory: string): Promise<Verification> {
  const problems = new Problems();
  let manifest: Manifest;
  try {
    manifest = readManifest(join(directory, MANIFEST_NAME));
  } catch (error) {
    if (!(error instanceof BackupFault)) problems.add(reasonOf(error));
    else problems.add(error.message);
    return { head: undefined, end: undefined, problems: problems.list };
  }
  const hasOthers = compareFiles(directory, manifest, problems);
  // a file beside the database could change what it says
  if (!hasOthers) await inspect(directory, manifest, problems);
  const { head, end } = manifest;
  return { head, end, problems: problems.list };
}

class Problems {
  readonly list: string[] = [];

  add(text: string): void {
    if (this.list.length < MAX_PROBLEMS) this.list.push(text);
  }
}

/** Both lists have one order: each file is looked at once. Whether there are files that the manifest does not name. */
function compareFiles(
  directory: string,
  manifest: Manifest,
  problems: Problems,
): boolean {
  let hasOthers = false;
  try {
    for (const [named, found] of joined(manifest, directory)) {
      if (!named) {
        hasOthers = true;
        problems.add(`${found!.path} is not of this backup`);
      } else if (!found) problems.add(`${named.path} is missing`);
      else checkFile(directory, named, found, problems);
    }
  } catch (error) {
    hasOthers = true;
    problems.add(reasonOf(error));
  }
  return hasOthers;
}

function* joined(
  manifest: Manifest,
  directory: string,
): Generator<[ManifestFile | undefined, FoundFile | undefined]> {
  const names = manifest.files();
  const files = filesIn(directory, { without: (n) => n === MANIFEST_NAME });
  let [named, found] = [names.next(), files.next()];
  while (!named.done || !found.done) {
    const order = named.done
      ? 1
      : found.done
      ? -1
      : comparePaths(named.value.path, found.value.path);
    yield [
      order <= 0 ? named.value as ManifestFile : undefined,
      order >= 0 ? found.value as FoundFile : undefined,
    ];
    if (order <= 0) named = names.next();
    if (order >= 0) found = files.next();
  }
}

function checkFile(
  directory: string,
  { path, octets, sha256 }: ManifestFile,
  found: FoundFile,
  problems: Problems,
): void {
  if (found.octets !== octets) {
    return problems.add(`${path} has ${found.octets} of ${octets} octets`);
  }
  try {
    if (hashFile(join(directory, path)).sha256 === sha256) return;
    problems.add(`${path} has changed`);
  } catch (error) {
    problems.add(`${path} cannot be read: ${reasonOf(error)}`);
  }
}

async function inspect(
  directory: string,
  { head, end }: Manifest,
  problems: Problems,
): Promise<void> {
  const found = await inspectSnapshot(join(directory, "state"), head.database);
  for (const problem of found.problems) {
    problems.add(`${head.database}: ${problem}`);
  }
  const lost = new Set(end.lost);
  for (const path of found.missing) {
    if (!lost.has(path)) problems.add(`a message misses ${path}`);
  }
  if (found.problems.length > 0) return;
  if (found.accounts !== end.accounts || found.messages !== end.messages) {
    problems.add(
      `${head.database} has ${found.accounts} accounts and ${found.messages} messages, not ${end.accounts} and ${end.messages}`,
    );
  }
}
