/** What a killed `backup restore --force` has left, before anything else is done. @module */
import { InstanceLock } from "../app/instance_lock.ts";
import { SYSTEM_TIMERS } from "../app/system_time.ts";
import { reasonOf } from "../base/system_errors.ts";
import { type Unsettled, unsettled } from "../ops/backup/replace.ts";
import { asOwnerOf } from "../ops/as_owner.ts";
import { CliError, EXIT } from "./exit_codes.ts";

/**
 * Completes it, or takes it back.
 *
 * @throws {AlreadyRunning} while it goes on
 * @throws {Error} as of rights that are missing
 */
export async function settleReplacements(stateDir: string): Promise<void> {
  for (const one of unsettled(stateDir)) await settleOne(one, stateDir);
}

async function settleOne(
  { fresh, settle }: Unsettled,
  stateDir: string,
): Promise<void> {
  const directory = fresh ?? stateDir;
  const lock = await asOwnerOf(
    directory,
    () => InstanceLock.take(directory, "command", SYSTEM_TIMERS),
  );
  try {
    settle();
  } finally {
    lock.release();
  }
}

/**
 * Before a server starts: what is left to be tidied waits for somebody who may.
 *
 * @throws {CliError} if the state itself is not in its place
 */
export async function settleBeforeStart(
  stateDir: string,
  warn: (text: string) => void,
): Promise<void> {
  for (const one of unsettled(stateDir)) {
    // an unfinished one disturbs nobody
    if (one.fresh !== undefined && !one.isBetween) continue;
    try {
      await settleOne(one, stateDir);
    } catch (error) {
      const what = one.isBetween
        ? `a restore was killed before its relay was in ${stateDir}`
        : `a restore was killed before it had tidied up`;
      const said = `${what} (${reasonOf(error)}), as root: ${one.remedy}`;
      if (one.isBetween) throw new CliError("restoring", said, EXIT.failed);
      warn(said);
    }
  }
}
