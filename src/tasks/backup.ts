/** Copies of the relay, in their time. @module */
import { HOURLY } from "./retention.ts";
import type { Task } from "./task.ts";

/** How often there is one is in the file: each hour it is looked whether one is due. */
export const makeBackup: Task = {
  name: "backup",
  aliases: [],
  description: "Make a backup when one is due, and remove the oldest",
  schedule: HOURLY,
  isEnabled: () => true,
  async run({ backups, dryRun, isScheduled }) {
    if (dryRun) {
      return { skipped: true, detail: "There is no dry run of this task" };
    }
    const made = isScheduled
      ? await backups.createIfDue()
      : await backups.create({});
    return { detail: made ? `${made.name} made` : "none is due" };
  },
};
