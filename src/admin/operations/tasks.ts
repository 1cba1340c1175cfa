/** Periodic jobs, seen and started by an admin. @module */
import { optional } from "valibot";
import { duration, flag, line } from "../fields.ts";
import { operation } from "../operation.ts";

const DRY_RUN = optional(flag("only count"), false);
const CONFIRMED = optional(flag("however much it deletes"), false);

export const TASK_OPERATIONS = {
  "tasks.list": operation({
    summary: "All tasks, and how the last runs went",
    scope: "read",
    changes: false,
    input: {},
    async run({ tasks }) {
      const ages = tasks.ages();
      return {
        tasks: await tasks.list(),
        message_retention: ages.messageRetention,
        unused_account_retention: ages.unusedAccountRetention,
        periodic_jobs_enabled: tasks.periodic,
      };
    },
  }),
  /** Refuses with `not_found`, `task_running`, `invalid_value`, `confirmation_required`. */
  "tasks.run": operation({
    summary: "Run one task now",
    scope: "full",
    changes: true,
    input: {
      task: line("a name or alias of tasks.list"),
      retention: optional(
        duration("an age in place of the one in the settings"),
      ),
      dry_run: DRY_RUN,
      confirmed: CONFIRMED,
    },
    async run({ tasks }, { task, retention, dry_run, confirmed }) {
      return await tasks.run(task, {
        dryRun: dry_run,
        confirmed,
        ...(retention === undefined ? {} : { retentionSeconds: retention }),
      });
    },
  }),
  "tasks.run_all": operation({
    summary: "Run all tasks that are due by their settings",
    scope: "full",
    changes: true,
    input: { dry_run: DRY_RUN, confirmed: CONFIRMED },
    async run({ tasks }, { dry_run, confirmed }) {
      return { outcomes: await tasks.runAll({ dryRun: dry_run, confirmed }) };
    },
  }),
} as const;
