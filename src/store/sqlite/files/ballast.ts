/**
 * A file that only takes room. When the disk is full it goes first, so that
 * messages can still be deleted.
 *
 * @module
 */
import { join } from "node:path";

export const BALLAST_NAME = "ballast";
export const BALLAST_OCTETS = 16 * 1024 * 1024;

/** Makes the file if it is not there; real octets, not a hole. */
export async function layBallast(stateDir: string): Promise<void> {
  const path = join(stateDir, BALLAST_NAME);
  let file: Deno.FsFile;
  try {
    file = await Deno.open(path, {
      createNew: true,
      write: true,
      mode: 0o600,
    });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return;
    throw error;
  }
  const piece = new Uint8Array(1024 * 1024);
  try {
    for (let at = 0; at < BALLAST_OCTETS; at += piece.length) {
      await file.write(piece);
    }
  } finally {
    file.close();
  }
}
