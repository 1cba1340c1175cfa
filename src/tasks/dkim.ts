/** Looks after the keys that sign our mail. @module */
import { days } from "../base/durations.ts";
import type { Task } from "./task.ts";

export const checkDkim: Task = {
  name: "check-dkim",
  aliases: [],
  description:
    "Look whether the DNS shows our DKIM keys, and forget those that have long been replaced",
  schedule: {
    kind: "every",
    seconds: days(1),
    text: "daily",
    fromStart: true,
  },
  isEnabled: () => true,
  async run({ dkim, dryRun }) {
    if (dryRun) {
      return { skipped: true, detail: "There is no dry run of this task" };
    }
    const checks = await dkim.look();
    const bad = checks.filter(({ state }) => state !== "ok").length;
    return { detail: `${checks.length} keys checked, ${bad} not in the DNS` };
  },
};
