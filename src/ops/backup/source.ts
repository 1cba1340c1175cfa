/** A backup as a person names it: a directory, a file, or what comes on standard input. @module */
import { dirname } from "node:path";
import { reasonOf } from "../../base/system_errors.ts";
import { onceAsOwnerOf } from "../as_owner.ts";
import { archiveSource } from "./archive.ts";
import { directorySource } from "./directory_source.ts";
import { decrypterFor, type DecryptionKey } from "./encryption.ts";
import { BackupFault } from "./manifest.ts";
import type { BackupSource } from "./restore.ts";

const AGE = new TextEncoder().encode("age-encryption.org/");

/**
 * @param path `-` is standard input.
 * @param opener What opens an encrypted one.
 * @throws {Deno.errors.NotFound}
 */
export async function backupSource(
  path: string,
  opener: DecryptionKey | undefined,
): Promise<BackupSource> {
  if (path !== "-" && (await Deno.stat(path)).isDirectory) {
    return directorySource(path);
  }
  return archiveSource(async () => {
    const octets = path === "-"
      ? Deno.stdin.readable
      : onceAsOwnerOf(dirname(path), () => Deno.openSync(path)).readable;
    const [start, whole] = await peek(octets, AGE.length);
    if (!AGE.every((octet, i) => start[i] === octet)) return whole;
    if (!opener) {
      throw new BackupFault(
        "it is encrypted: name --identity or --passphrase-file",
      );
    }
    try {
      return await decrypterFor(opener)(whole);
    } catch (error) {
      // the package has no other sign of it
      if (!/no identity matched/.test(reasonOf(error))) throw error;
      throw new BackupFault("it was encrypted for another key or passphrase");
    }
  });
}

/** The first octets, and the stream with them. */
async function peek(
  octets: ReadableStream<Uint8Array>,
  count: number,
): Promise<[Uint8Array, ReadableStream<Uint8Array>]> {
  const reader = octets.getReader();
  let start = new Uint8Array();
  while (start.length < count) {
    const { done, value } = await reader.read();
    if (done) break;
    const longer = new Uint8Array(start.length + value.length);
    longer.set(start);
    longer.set(value, start.length);
    start = longer;
  }
  const whole = new ReadableStream<Uint8Array>({
    start(controller) {
      if (start.length > 0) controller.enqueue(start);
    },
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel(reason) {
      await reader.cancel(reason);
    },
  });
  return [start, whole];
}
