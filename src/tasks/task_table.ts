/** Every task there is. @module */
import { Refusal } from "../base/refusal.ts";
import { makeBackup } from "./backup.ts";
import { renewCertificate } from "./certificates.ts";
import { checkDkim } from "./dkim.ts";
import { purgeSeen, purgeSeenBacklog } from "./purge_seen.ts";
import {
  pruneInactiveAccounts,
  pruneLargeMessages,
  pruneOldMessages,
  pruneUnreadOlder,
  pruneUnusedAccounts,
} from "./retention.ts";
import type { Task } from "./task.ts";
import {
  checkDatabase,
  collectBlobs,
  finishDeletions,
  prunePushTokens,
  recountUsage,
  rewriteDatabase,
  tidyDatabase,
  trimToQuota,
} from "./upkeep.ts";
import { warnInactiveAccounts } from "./warnings.ts";

export const TASKS: readonly Task[] = [
  pruneOldMessages,
  pruneLargeMessages,
  purgeSeen,
  purgeSeenBacklog,
  pruneUnreadOlder,
  pruneUnusedAccounts,
  pruneInactiveAccounts,
  warnInactiveAccounts,
  trimToQuota,
  finishDeletions,
  collectBlobs,
  recountUsage,
  checkDatabase,
  tidyDatabase,
  rewriteDatabase,
  checkDkim,
  makeBackup,
  renewCertificate,
  prunePushTokens,
];

/** By name or alias. @throws {Refusal} `not_found` */
export function taskNamed(name: string): Task {
  const task = TASKS.find((one) =>
    one.name === name || one.aliases.includes(name)
  );
  if (task) return task;
  throw new Refusal("not_found", {
    explanation: `No task is named "${name}", see "tasks list": ${
      TASKS.map((one) => one.name).join(", ")
    }`,
  });
}
