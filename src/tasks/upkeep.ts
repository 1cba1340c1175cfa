/** Jobs that keep the store in shape. @module */
import { days } from "../base/durations.ts";
import { PUSH_TOKEN_AGE_SECONDS } from "../store/metadata.ts";
import { HOURLY, walk } from "./retention.ts";
import type { Schedule, Task, TaskResult } from "./task.ts";

const DAILY: Schedule = { kind: "every", seconds: days(1), text: "daily" };
const WEEKLY: Schedule = { kind: "every", seconds: days(7), text: "weekly" };
const NOT_TRIED: TaskResult = {
  skipped: true,
  detail: "There is no dry run of this task",
};

export const trimToQuota: Task = {
  name: "quota-trim",
  aliases: [],
  description: "Delete the oldest messages of accounts that are nearly full",
  schedule: DAILY,
  isEnabled: (settings) => settings.get("quota_when_full") === "expire_oldest",
  deletes: { limit: ({ quota }) => quota.defaultOctets },
  async run(work) {
    const { dryRun, quota, store: { mail } } = work;
    const messages = await walk(
      work,
      (after) => mail.trimToQuota(quota, { dryRun, ...(after && { after }) }),
    );
    return { messages };
  },
};

export const finishDeletions: Task = {
  name: "finish-deletions",
  aliases: [],
  description: "Go on with deletions of accounts that were interrupted",
  schedule: { ...HOURLY, fromStart: true },
  isEnabled: () => true,
  async run(work) {
    const { accounts } = work.store;
    const ids = await accounts.deleting();
    if (work.dryRun) return { accounts: ids.length };
    for (const id of ids) {
      await accounts.finishDeletion(id);
      await work.pause();
    }
    return { accounts: ids.length };
  },
};

export const collectBlobs: Task = {
  name: "gc-blobs",
  aliases: [],
  description: "Remove message contents that nobody refers to",
  schedule: HOURLY,
  isEnabled: () => true,
  async run(work) {
    if (work.dryRun) return NOT_TRIED;
    const { maintenance } = work.store;
    const others = await walk(work, (after) => maintenance.collectBlobs(after));
    return { others, detail: `${others} contents removed` };
  },
};

export const recountUsage: Task = {
  name: "recount-usage",
  aliases: [],
  description: "Count messages and sizes again and repair what differs",
  schedule: WEEKLY,
  isEnabled: () => true,
  async run(work) {
    if (work.dryRun) return NOT_TRIED;
    const { checked, repaired } = await work.store.maintenance.recountUsage();
    return { detail: `${checked} accounts checked, ${repaired} repaired` };
  },
};

export const checkDatabase: Task = {
  name: "check-db",
  aliases: [],
  description: "Check the database file",
  schedule: WEEKLY,
  needs: "check",
  isEnabled: () => true,
  async run(work) {
    const fault = await work.store.maintenance.check();
    if (fault !== undefined) throw new Error(`Database is damaged: ${fault}`);
    return { detail: "ok" };
  },
};

export const tidyDatabase: Task = {
  name: "vacuum",
  aliases: [],
  description: "Give unused pages of the database back, a few at a time",
  schedule: DAILY,
  needs: "tidy",
  isEnabled: () => true,
  async run(work) {
    if (work.dryRun) return NOT_TRIED;
    await work.store.maintenance.tidy();
    return {};
  },
};

export const rewriteDatabase: Task = {
  name: "vacuum-full",
  aliases: [],
  description: "Write the whole database anew; mail waits meanwhile",
  schedule: { kind: "manual" },
  needs: "rewrite",
  isEnabled: () => true,
  async run(work) {
    if (work.dryRun) return NOT_TRIED;
    await work.store.maintenance.rewrite();
    return {};
  },
};

export const prunePushTokens: Task = {
  name: "prune-push-tokens",
  aliases: [],
  description: "Forget push tokens that were not renewed for 90 days",
  schedule: DAILY,
  isEnabled: () => true,
  async run(work) {
    if (work.dryRun) return NOT_TRIED;
    const others = await work.store.maintenance.prunePushTokens(
      PUSH_TOKEN_AGE_SECONDS,
    );
    return { others, detail: `${others} tokens forgotten` };
  },
};
