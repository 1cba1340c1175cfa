/** A backup that lies in a directory. @module */
import { join } from "node:path";
import { reasonOf } from "../../base/system_errors.ts";
import { onceAsOwnerOf } from "../as_owner.ts";
import { copyOpened, openWithin } from "./file_copy.ts";
import { BackupFault, MANIFEST_NAME, readManifest } from "./manifest.ts";
import type { BackupSource } from "./restore.ts";

/** Copies what its manifest names, and nothing else. */
export function directorySource(directory: string): BackupSource {
  return {
    unpack(target, onManifest) {
      return Promise.try(() => {
        const from = join(directory, MANIFEST_NAME);
        const manifest = readManifest(from);
        onManifest(manifest);
        copyPlain(directory, MANIFEST_NAME, target);
        for (const { path } of manifest.files()) {
          copyPlain(directory, path, target);
        }
      });
    },
  };
}

/** @throws {BackupFault} */
function copyPlain(directory: string, path: string, target: string): void {
  onceAsOwnerOf(directory, () => checkWay(directory, path));
  try {
    using source = openWithin(directory, path);
    copyOpened(source, join(target, path));
  } catch (error) {
    throw new BackupFault(`${path} cannot be copied: ${reasonOf(error)}`);
  }
}

/** No part of the way is a link: it could lead anywhere. @throws {BackupFault} */
function checkWay(directory: string, path: string): void {
  let at = directory;
  const names = path.split("/");
  for (const [i, name] of names.entries()) {
    at = join(at, name);
    const found = lookAt(at, path);
    const isLast = i === names.length - 1;
    if (isLast ? found.isFile : found.isDirectory) continue;
    throw new BackupFault(`${path} is no plain file`);
  }
}

function lookAt(at: string, path: string): Deno.FileInfo {
  try {
    return Deno.lstatSync(at);
  } catch (error) {
    throw new BackupFault(`${path} cannot be read: ${reasonOf(error)}`);
  }
}
