/**
 * One process per state directory: only the holder of this lock opens the
 * store, and with that cleans up, migrates and writes. The server holds it for
 * its life, a command while no server runs for as long as it takes. The kernel
 * drops the lock with the process, however that ends.
 *
 * @module
 */
import { join } from "node:path";
import { giveToOwner, makeDirectory } from "../files/owner.ts";
import type { Timers } from "../base/clock.ts";
import { systemError } from "../base/system_errors.ts";
import { giveUpReserve } from "../store/open.ts";

export type LockHolder = "server" | "command";

export class AlreadyRunning extends Error {
  override readonly name = "AlreadyRunning";
  /** @param pid undefined where the holder has not written it yet. */
  constructor(readonly pid: number | undefined, readonly holder: LockHolder) {
    const what = holder === "server" ? "already running" : "a command runs";
    super(`${what}${pid === undefined ? "" : `, pid ${pid}`}`);
  }
}

const LOOK_MS = 50;
const PATIENCE_MS: Record<LockHolder, number> = {
  command: 10_000,
  server: 2 * LOOK_MS, // the file may still say who had it before
};

/** For whom the holder makes room: it ends its sessions first. */
export const SUCCESSOR_PATIENCE_MS: Record<LockHolder, number> = {
  command: 10_000,
  server: 60_000,
};

export class InstanceLock {
  #file: Deno.FsFile | undefined;

  private constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /**
   * Waits for a command that holds it, but for no server, unless that one has
   * given it to this process.
   *
   * @throws {AlreadyRunning} while another process holds it
   */
  static async take(
    stateDir: string,
    holder: LockHolder,
    { sleep }: Pick<Timers, "sleep">,
    patienceMs: Readonly<Record<LockHolder, number>> = PATIENCE_MS,
  ): Promise<InstanceLock> {
    makeDirectory(stateDir);
    for (let waitedMs = 0;; waitedMs += LOOK_MS) {
      const taken = await tryOnce(stateDir, holder);
      if (taken instanceof Deno.FsFile) return new InstanceLock(taken);
      if (waitedMs >= patienceMs[taken.holder]) throw taken;
      await sleep(LOOK_MS);
    }
  }

  /** Safe to repeat. */
  release(): void {
    this.#file?.truncateSync();
    this.#file?.close();
    this.#file = undefined;
  }
}

/** The locked file, or who has it. */
async function tryOnce(
  stateDir: string,
  holder: LockHolder,
): Promise<Deno.FsFile | AlreadyRunning> {
  const path = join(stateDir, "lock");
  const file = await Deno.open(path, {
    read: true,
    write: true,
    create: true,
    mode: 0o600,
  });
  giveToOwner(path);
  if (!await file.tryLock(true)) {
    const [pid = "", who] = (await new Response(file.readable).text()).trim()
      .split(" ");
    const number = Number.parseInt(pid);
    return new AlreadyRunning(
      Number.isNaN(number) ? undefined : number,
      // whoever has just taken it has not said yet who it is
      who === "server" ? "server" : "command",
    );
  }
  await file.truncate();
  const note = new TextEncoder().encode(`${Deno.pid} ${holder}\n`);
  try {
    await file.write(note);
  } catch (error) {
    if (!isFull(error) || !giveUpReserve(stateDir)) throw error;
    await file.write(note);
  }
  return file;
}

function isFull(error: unknown): boolean {
  return ["ENOSPC", "EDQUOT"].includes(systemError(error)?.code ?? "");
}
