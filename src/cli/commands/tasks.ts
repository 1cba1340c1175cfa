/** Periodic jobs, by hand. @module */
import type { TaskOutcome } from "../../admin/task_control.ts";
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
  confirmed,
  flagOption,
  textOption,
} from "../command.ts";
import { CliError, EXIT } from "../exit_codes.ts";
import { counted, facts, moment, table } from "../text.ts";

async function list(call: Call): Promise<CommandResult> {
  const data = await call.access.call("tasks.list", {});
  const rows = data.tasks.map((task) => [
    task.name,
    task.enabled ? task.schedule : "off",
    task.running ? "now" : moment(task.last_started_at),
    task.last_error ?? String(task.last_deleted ?? ""),
    task.description,
  ]);
  const header = ["task", "schedule", "last run", "deleted", "description"];
  const ages = facts([
    ["messages are kept", data.message_retention],
    ["unused accounts are kept", data.unused_account_retention],
  ]);
  return { data, text: `${table(header, rows)}\n\n${ages}` };
}

async function run(call: Call): Promise<CommandResult> {
  const name = argument(call, 0);
  const { tasks } = await call.access.call("tasks.list", {});
  if (
    !tasks.some((task) => task.name === name || task.aliases.includes(name))
  ) {
    const names = tasks.map((task) => task.name).join(", ");
    throw new CliError(
      "unknown_task",
      `No task is named "${name}"; see "tasks list": ${names}`,
      EXIT.usage,
    );
  }
  const data = await confirmed(
    call,
    (isConfirmed) =>
      call.access.call("tasks.run", {
        task: name,
        retention: textOption(call, "retention"),
        dry_run: flagOption(call, "dryRun"),
        confirmed: isConfirmed,
      }),
  );
  return {
    data: data.task === RENEWAL ? { ...data, ...renewal(data) } : data,
    text: outcomeText(data),
  };
}

const RENEWAL = "renew-certificate";

function renewal({ skipped, detail }: TaskOutcome) {
  const isNothing = skipped || detail.startsWith("Nothing done");
  return { skipped: isNothing, renewed: !isNothing };
}

async function runAll(call: Call): Promise<CommandResult> {
  const data = await call.access.call("tasks.run_all", {
    dry_run: flagOption(call, "dryRun"),
    confirmed: call.yes,
  });
  const isWhole = data.outcomes.every(({ error }) => error === null);
  const text = data.outcomes.map(outcomeText).join("\n");
  return { data, text, exit: isWhole ? EXIT.ok : EXIT.partial };
}

function outcomeText(outcome: TaskOutcome): string {
  if (outcome.skipped) return `${outcome.task}: skipped, ${outcome.detail}`;
  const removed = [
    counted(outcome.deleted_messages, "message", "messages"),
    counted(outcome.deleted_accounts, "account", "accounts"),
  ].join(" and ");
  const verb = outcome.dry_run ? "would delete" : "deleted";
  const detail = outcome.detail === "" ? "" : ` (${outcome.detail})`;
  return `${outcome.task}: ${verb} ${removed}${detail}`;
}

const DRY_RUN = { flags: "--dry-run", summary: "only count" };

export const TASK_COMMANDS: readonly Command[] = [
  {
    usage: "tasks list",
    summary: "All tasks, and how the last runs went",
    isDefault: true,
    run: list,
  },
  {
    usage: "tasks run <task>",
    summary: "Run one now",
    options: [
      {
        flags: "--retention <duration>",
        summary: "an age in place of the one in the settings",
      },
      DRY_RUN,
    ],
    run,
  },
  {
    usage: "tasks run-all",
    summary: "Run all that are due by their settings",
    options: [DRY_RUN],
    run: runAll,
  },
];
