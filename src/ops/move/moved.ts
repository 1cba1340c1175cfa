/**
 * The mark of a relay that has been handed over: two that serve the same
 * accounts would each have half of their mail.
 *
 * @module
 */
import { join } from "node:path";

const NAME = "moved";
/** The name of the backup that went over last. */
const LAST = "handover";

export async function markMoved(stateDir: string): Promise<void> {
  await put(stateDir, NAME, `${new Date().toISOString()}\n`);
}

/** Whole, and in the place of whatever is there. */
async function put(
  stateDir: string,
  name: string,
  text: string,
): Promise<void> {
  const fresh = join(stateDir, `.making-${name}`);
  await Deno.remove(fresh).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  {
    using file = await Deno.open(fresh, {
      createNew: true,
      write: true,
      mode: 0o600,
    });
    await file.write(new TextEncoder().encode(text));
    await file.sync();
  }
  await Deno.rename(fresh, join(stateDir, name));
}

/** Path of the mark, undefined where there is none. */
export function movedMark(stateDir: string): string | undefined {
  const path = join(stateDir, NAME);
  try {
    Deno.lstatSync(path);
    return path;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

export function lastHandover(stateDir: string): string | undefined {
  try {
    const { isFile, size } = Deno.lstatSync(join(stateDir, LAST));
    if (!isFile || size > 100) return undefined;
    return Deno.readTextFileSync(join(stateDir, LAST)).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** @param backup undefined: none. */
export async function noteHandover(
  stateDir: string,
  backup: string | undefined,
): Promise<void> {
  const path = join(stateDir, LAST);
  if (backup === undefined) await Deno.remove(path);
  else await put(stateDir, LAST, backup);
}
