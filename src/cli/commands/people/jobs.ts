/** Work that goes on by itself, and mail deleted for everybody. @module */
import { PURGED_MAIL } from "../../../admin/operations/upkeep/purge.ts";
import type { AdminOutput } from "../../../admin/operation_table.ts";
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
  confirmed,
  flagOption,
  textOption,
  withApplied,
} from "../../command.ts";
import { CliError, EXIT } from "../../exit_codes.ts";
import { sizeArgument } from "../../sizes.ts";
import { appliedNote, counted, facts, moment, table } from "../../text.ts";

type Job = AdminOutput<"jobs.show">;

async function list(call: Call): Promise<CommandResult> {
  const data = await call.access.call("jobs.list", {});
  const rows = data.jobs.map((job) => [
    job.id,
    job.kind,
    job.state,
    progress(job),
    moment(job.started_at),
  ]);
  const header = ["job", "what", "state", "done", "began"];
  return { data, text: table(header, rows) };
}

function progress({ done, total, failed }: Job): string {
  const of = total === null ? String(done) : `${done} of ${total}`;
  return failed === 0 ? of : `${of}, ${failed} failed`;
}

function jobText(job: Job): string {
  return facts([
    ["job", job.id],
    ["what", job.kind],
    ["state", job.state],
    ["done", progress(job)],
    ["began", moment(job.started_at)],
    ["ended", moment(job.finished_at)],
    ...job.errors.map((error) => ["problem", error] as const),
  ]);
}

async function show(call: Call): Promise<CommandResult> {
  const data = await call.access.call("jobs.show", { id: argument(call, 0) });
  return { data, text: jobText(data) };
}

async function cancel(call: Call): Promise<CommandResult> {
  const data = await call.access.call("jobs.cancel", { id: argument(call, 0) });
  return { data, text: jobText(data) };
}

async function purge(call: Call): Promise<CommandResult> {
  const word = argument(call, 0);
  const which = PURGED_MAIL.find((one) => one === word);
  if (which === undefined) {
    throw new CliError(
      "usage",
      `Name one of ${PURGED_MAIL.join(", ")} (got "${word}")`,
      EXIT.usage,
    );
  }
  const larger = textOption(call, "larger");
  const input = {
    which,
    older_than: textOption(call, "older"),
    larger_than: larger === undefined ? undefined : sizeArgument(larger),
    dry_run: flagOption(call, "dryRun"),
  };
  const purged = await confirmed(
    call,
    (isConfirmed) =>
      call.access.call("messages.purge", { ...input, confirmed: isConfirmed }),
  );
  const amount = (count: number) => counted(count, "message", "messages");
  if (purged.dry_run) {
    return { data: purged, text: `Would delete ${amount(purged.counted)}` };
  }
  const data = await withApplied(call, purged);
  return {
    data,
    text: `Deleted ${amount(data.deleted)}${appliedNote(data.applied)}`,
  };
}

export const JOB_COMMANDS: readonly Command[] = [
  {
    usage: "jobs list",
    summary: "What goes on, and what went on lately",
    isDefault: true,
    run: list,
  },
  { usage: "jobs show <job>", summary: "How far one is", run: show },
  {
    usage: "jobs cancel <job>",
    summary: "End one early; what it has done stays done",
    run: cancel,
  },
  {
    usage: "messages purge <all|read|unread>",
    summary: "Delete mail of all accounts; counts first, and asks",
    options: [
      { flags: "--older <age>", summary: "only what came longer ago, as 30d" },
      { flags: "--larger <size>", summary: "only what is larger, as 1M" },
      { flags: "--dry-run", summary: "only count" },
    ],
    run: purge,
  },
];
