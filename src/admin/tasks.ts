/** Periodic jobs, seen and started by an admin. @module */
import { parseDuration } from "../base/durations.ts";
import { Refusal } from "../base/refusal.ts";
import type { AdminContext } from "./context.ts";

export interface TaskShape {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly description: string;
  readonly schedule: string;
  readonly enabled: boolean;
  readonly running: boolean;
  readonly last_started_at: number | null;
  readonly last_finished_at: number | null;
  readonly last_deleted: number | null;
  readonly last_error: string | null;
}

export interface TaskOutcome {
  readonly task: string;
  readonly skipped: boolean;
  readonly dry_run: boolean;
  readonly deleted_messages: number;
  readonly deleted_accounts: number;
  readonly detail: string;
  /** Why it was stopped or failed, where the other tasks of a run went on. */
  readonly error: string | null;
}

export interface TaskRunOptions {
  /** Overrides the age in the settings. */
  readonly retentionSeconds?: number;
  readonly dryRun?: boolean;
  /** However much it deletes. */
  readonly confirmed?: boolean;
}

/** A task that does not run until somebody says that its size is meant. */
export interface StoppedTask {
  readonly task: string;
  readonly reason: string;
}

/** What runs the tasks; app/ passes it in. */
export interface TaskControl {
  list(): Promise<TaskShape[]>;
  /** @throws {Refusal} `not_found`, `task_running`, `invalid_value`, `confirmation_required` */
  run(name: string, options: TaskRunOptions): Promise<TaskOutcome>;
  runAll(options: TaskRunOptions): Promise<TaskOutcome[]>;
  /** What the tasks go by now, as duration texts. */
  ages(): { messageRetention: string; unusedAccountRetention: string };
  /** Those whose last scheduled run was too large. */
  stopped(): readonly StoppedTask[];
  readonly periodic: boolean;
}

export interface TaskList {
  readonly tasks: readonly TaskShape[];
  readonly message_retention: string;
  readonly unused_account_retention: string;
  readonly periodic_jobs_enabled: boolean;
}

export async function listTasks(context: AdminContext): Promise<TaskList> {
  const ages = context.tasks.ages();
  return {
    tasks: await context.tasks.list(),
    message_retention: ages.messageRetention,
    unused_account_retention: ages.unusedAccountRetention,
    periodic_jobs_enabled: context.tasks.periodic,
  };
}

export interface TaskInput {
  /** Duration text, e.g. `20d`. */
  readonly retention?: string;
  readonly dryRun?: boolean;
  readonly confirmed?: boolean;
}

/** @throws {Refusal} `not_found`, `task_running`, `invalid_value`, `confirmation_required` */
export async function runTask(
  context: AdminContext,
  name: string,
  input: TaskInput = {},
): Promise<TaskOutcome> {
  return await context.tasks.run(name, readOptions(input));
}

export async function runAllTasks(
  context: AdminContext,
  input: Pick<TaskInput, "dryRun" | "confirmed"> = {},
): Promise<{ outcomes: readonly TaskOutcome[] }> {
  return { outcomes: await context.tasks.runAll(readOptions(input)) };
}

function readOptions(input: TaskInput): TaskRunOptions {
  return {
    ...(input.dryRun === undefined ? {} : { dryRun: input.dryRun }),
    ...(input.confirmed === undefined ? {} : { confirmed: input.confirmed }),
    ...(input.retention === undefined
      ? {}
      : { retentionSeconds: readRetention(input.retention) }),
  };
}

function readRetention(text: string): number {
  let seconds: number;
  try {
    seconds = parseDuration(text);
  } catch (error) {
    throw new Refusal("invalid_value", {
      explanation: error instanceof Error ? error.message : String(error),
    });
  }
  if (seconds > 0) return seconds;
  throw new Refusal("invalid_value", {
    explanation: "Retention must be longer than 0s",
  });
}
