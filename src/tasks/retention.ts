/**
 * Mail and accounts that are deleted with age. Ages count from when the relay
 * stored a message, never from its headers.
 *
 * @module
 */
import type { Cursor } from "../base/ids.ts";
import type { Account } from "../store/accounts.ts";
import type { PruneRule, WalkStep } from "../store/mail.ts";
import type { Schedule, Task, TaskResult, TaskWork } from "./task.ts";

const SECONDS_PER_DAY = 86_400;
const ACCOUNTS_AT_ONCE = 100;
const COUNTED_AT_MOST = 1_000_000;
export const HOURLY = {
  kind: "every",
  seconds: 3600,
  text: "hourly",
} as const satisfies Schedule;

export const pruneOldMessages: Task = {
  name: "prune-old-messages",
  aliases: ["prune-messages", "retention"],
  description: "Delete messages above the retention age",
  schedule: HOURLY,
  isEnabled: (settings) =>
    settings.get("message_retention_enabled") &&
    settings.get("message_retention") > 0,
  deletes: {
    limit: ({ settings }) => settings.get("message_retention"),
    byAgeAlone: true,
  },
  run(work) {
    const age = work.retentionSeconds ?? work.settings.get("message_retention");
    return prune(work, { olderThanSeconds: age });
  },
};

export const pruneLargeMessages: Task = {
  name: "prune-large-messages",
  aliases: ["prune-large"],
  description: "Delete large messages earlier, once they were read",
  schedule: HOURLY,
  isEnabled: (settings) =>
    settings.get("message_retention_enabled") &&
    settings.get("large_message_retention") > 0,
  deletes: { limit: ({ settings }) => settings.get("large_message_retention") },
  run(work) {
    const age = work.retentionSeconds ??
      work.settings.get("large_message_retention");
    return prune(work, {
      olderThanSeconds: age,
      largerThanOctets: work.settings.get("large_message_size"),
      onlySeen: true,
    });
  },
};

export const pruneUnreadOlder: Task = {
  name: "prune-unread-older",
  aliases: ["purge-unread-older"],
  description: "Delete unread messages above the age given",
  schedule: { kind: "manual" },
  needsRetention: true,
  deletes: {},
  isEnabled: () => true,
  run(work) {
    const { retentionSeconds } = work;
    if (retentionSeconds === undefined) throw new TypeError("Needs an age");
    const rule = { olderThanSeconds: retentionSeconds, onlyUnseen: true };
    return prune(work, rule);
  },
};

export const pruneUnusedAccounts: Task = {
  name: "prune-unused-accounts",
  aliases: ["prune-unused", "unused-accounts"],
  description: "Delete accounts that nobody ever logged in to",
  schedule: HOURLY,
  isEnabled: (settings) => settings.get("unused_account_retention") > 0,
  deletes: {
    limit: ({ settings }) => settings.get("unused_account_retention"),
    byAgeAlone: true,
  },
  run(work) {
    const age = work.retentionSeconds ??
      work.settings.get("unused_account_retention");
    return removeAccounts(
      work,
      (limit) => work.store.accounts.unusedFor(age, limit),
    );
  },
};

export const pruneInactiveAccounts: Task = {
  name: "prune-inactive-accounts",
  aliases: ["prune-inactive", "inactive"],
  description: "Delete accounts without a login for long, unless pinned",
  schedule: { kind: "nightly", from: 3, to: 5 },
  isEnabled: (settings) => settings.get("inactive_account_retention") > 0,
  deletes: {
    limit: ({ settings }) => settings.get("inactive_account_retention"),
    byAgeAlone: true,
  },
  run(work) {
    const age = work.retentionSeconds ??
      work.settings.get("inactive_account_retention");
    const days = Math.ceil(age / SECONDS_PER_DAY);
    return removeAccounts(
      work,
      (limit) => work.store.accounts.inactiveFor(days, limit),
    );
  },
};

export async function prune(
  work: TaskWork,
  rule: PruneRule,
): Promise<TaskResult> {
  const { dryRun, store: { mail } } = work;
  const messages = await walk(
    work,
    (after) => mail.prune({ ...rule, dryRun }, after),
  );
  return { messages };
}

/** All steps, one after another; gives how much they have deleted. */
export async function walk(
  work: Pick<TaskWork, "pause">,
  step: (after: Cursor | undefined) => Promise<WalkStep>,
): Promise<number> {
  let deleted = 0;
  let after: Cursor | undefined;
  for (;;) {
    const done: WalkStep = await step(after);
    deleted += done.deleted;
    if (done.next === undefined) return deleted;
    after = done.next;
    await work.pause();
  }
}

async function removeAccounts(
  work: TaskWork,
  find: (limit: number) => Promise<Account[]>,
): Promise<TaskResult> {
  if (work.dryRun) return { accounts: (await find(COUNTED_AT_MOST)).length };
  let accounts = 0;
  for (;;) {
    const some = await find(ACCOUNTS_AT_ONCE);
    if (some.length === 0) return { accounts };
    for (const account of some) {
      await work.accounts.remove(account);
      accounts++;
      await work.pause();
    }
  }
}
