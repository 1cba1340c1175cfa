/** Runs tasks, each of them one at a time, and keeps on record how it went. @module */
import type { WorkProgress } from "../admin/long_work.ts";
import type {
  StoppedTask,
  TaskControl,
  TaskOutcome,
  TaskRunOptions,
  TaskShape,
} from "../admin/task_control.ts";
import { nowSeconds } from "../base/clock.ts";
import type { Clock, Timers } from "../base/clock.ts";
import { formatDuration } from "../base/durations.ts";
import { Refusal } from "../base/refusal.ts";
import type { QuotaPolicy } from "../store/mail.ts";
import type { TaskRun, WholeRun } from "../store/store.ts";
import { checkSize } from "./large_runs.ts";
import { TaskHold } from "./task_hold.ts";
import {
  type Schedule,
  type Task,
  type TaskResult,
  TaskStopped,
  type TaskWork,
} from "./task.ts";
import { TaskProgress } from "./task_progress.ts";
import { taskNamed, TASKS } from "./task_table.ts";

/** Between two batches: mail goes first. */
const PAUSE_MS = 5;
const MAX_ERROR_LENGTH = 500;

export interface TaskRunnerParts extends
  Pick<
    TaskWork,
    "store" | "accounts" | "backups" | "dkim" | "sealer" | "settings"
  > {
  readonly clock: Clock;
  readonly timers: Timers;
  renewCertificate(): Promise<string>;
  /** Live. */
  quota(): QuotaPolicy;
  /** Whether tasks also run by themselves in this process. */
  readonly periodic: boolean;
  /** How far a task is that somebody may wait for. */
  onProgress?(progress: WorkProgress): void;
}

export interface StartOptions extends TaskRunOptions {
  /** Its time has come; nobody has asked for it. */
  readonly scheduled?: true;
}

export class TaskRunner implements TaskControl {
  readonly #parts: TaskRunnerParts;
  readonly #tasks: readonly Task[];
  readonly #running = new Map<string, Promise<unknown>>();
  readonly #stopped = new Map<string, string>();
  #isStopping = false;

  constructor(parts: TaskRunnerParts, tasks: readonly Task[] = TASKS) {
    this.#parts = parts;
    this.#tasks = tasks;
  }

  get periodic(): boolean {
    return this.#parts.periodic;
  }

  get tasks(): readonly Task[] {
    return this.#tasks;
  }

  isRunning(task: Task): boolean {
    return this.#running.has(task.name);
  }

  isEnabled(task: Task): boolean {
    return this.#isOffered(task) && task.isEnabled(this.#parts.settings);
  }

  stopped(): readonly StoppedTask[] {
    return [...this.#stopped].map(([task, reason]) => ({ task, reason }));
  }

  async list(): Promise<TaskShape[]> {
    const runs = await this.lastRuns();
    return this.#tasks.map((task) => {
      const last = runs.get(task.name);
      return {
        name: task.name,
        aliases: task.aliases,
        description: task.description,
        schedule: scheduleText(task.schedule),
        enabled: this.isEnabled(task),
        running: this.isRunning(task),
        last_started_at: last?.startedAt ?? null,
        last_finished_at: last?.finishedAt ?? null,
        last_deleted: last?.deleted ?? null,
        last_error: last?.error ?? null,
      };
    });
  }

  async lastRuns(): Promise<Map<string, TaskRun>> {
    const runs = await this.#parts.store.maintenance.taskRuns();
    return new Map(runs.map((run) => [run.task, run]));
  }

  ages(): { messageRetention: string; unusedAccountRetention: string } {
    const { settings } = this.#parts;
    return {
      messageRetention: formatDuration(settings.get("message_retention")),
      unusedAccountRetention: formatDuration(
        settings.get("unused_account_retention"),
      ),
    };
  }

  /** @throws {Refusal} `not_found`, `task_running`, `invalid_value`, `confirmation_required`; and what the task throws */
  async run(name: string, options: TaskRunOptions): Promise<TaskOutcome> {
    const task =
      this.#tasks.find((one) =>
        one.name === name || one.aliases.includes(name)
      ) ?? taskNamed(name);
    return await this.start(task, options);
  }

  /** All that have a schedule and are switched on, one after the other. */
  async runAll(options: TaskRunOptions): Promise<TaskOutcome[]> {
    const outcomes: TaskOutcome[] = [];
    for (const task of this.#tasks) {
      if (task.schedule.kind === "manual") continue;
      outcomes.push(
        await this.start(task, options).catch((error) =>
          failure(task, options, error)
        ),
      );
    }
    return outcomes;
  }

  /**
   * One run; one that is switched off is said to be skipped.
   *
   * @throws {Refusal} `invalid_value` if it needs a time that is not given,
   * `task_running` while it runs
   */
  async start(task: Task, options: StartOptions): Promise<TaskOutcome> {
    const given = options.retentionSeconds !== undefined;
    if (task.needsRetention && !given) {
      throw new Refusal("invalid_value", {
        field: "retention",
        explanation: `${task.name} needs --retention, as in --retention 30d`,
      });
    }
    if (!given && !this.isEnabled(task)) {
      const detail = this.#isOffered(task)
        ? "Switched off in the settings"
        : "The database of this server has no use for it";
      return outcome(task, options, { skipped: true, detail });
    }
    if (this.isRunning(task)) throw alreadyRunning(task);
    const progress = this.#progressOf(task);
    const run = progress.of(() => this.#runHeld(task, options, progress));
    this.#running.set(task.name, run);
    try {
      return outcome(task, options, await run);
    } finally {
      this.#running.delete(task.name);
    }
  }

  /** Ends running tasks at their next pause, and waits for that. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.allSettled(this.#running.values());
  }

  #isOffered({ needs }: Task): boolean {
    return needs === undefined || this.#parts.store.maintenance.offers(needs);
  }

  /** The first of all servers on the store does it. @throws {Refusal} `task_running` */
  async #runHeld(
    task: Task,
    options: StartOptions,
    progress: TaskProgress,
  ): Promise<TaskResult> {
    const { store: { maintenance }, timers } = this.#parts;
    const hold = await TaskHold.take({ maintenance, timers }, task.name);
    if (!hold) throw alreadyRunning(task);
    try {
      const work = this.#work(options, hold, progress);
      return await this.#record(task, options, work);
    } finally {
      await hold.release();
    }
  }

  async #record(
    task: Task,
    options: StartOptions,
    work: TaskWork,
  ): Promise<TaskResult> {
    const startedAt = nowSeconds(this.#parts.clock);
    const whole = task.deletes && (await this.lastRuns()).get(task.name)?.whole;
    const run: TaskRun = {
      task: task.name,
      startedAt,
      deleted: 0,
      ...(whole === undefined ? {} : { whole }),
    };
    try {
      if (isChecked(task, options)) await this.#checkSize(task, work, whole);
      if (!options.dryRun && !isFrequent(task)) await this.#save(run);
      const due = dueNow(task, work);
      const result = await task.run(work);
      if (due.whole && !options.dryRun) this.#stopped.delete(task.name);
      const deleted = deletedBy(result);
      if (!options.dryRun && !(isFrequent(task) && deleted === 0)) {
        await this.#save({ ...run, ...this.#finished(), ...due, deleted });
      }
      return result;
    } catch (error) {
      if (isUnconfirmed(error) && !options.scheduled) throw error;
      const text = error instanceof Error ? error.message : String(error);
      await this.#save({
        ...run,
        ...this.#finished(),
        error: text.slice(0, MAX_ERROR_LENGTH),
      });
      throw error;
    }
  }

  async #checkSize(
    task: Task,
    work: TaskWork,
    whole: WholeRun | undefined,
  ): Promise<void> {
    try {
      await checkSize(task, work, whole);
    } catch (error) {
      if (work.isScheduled && isUnconfirmed(error)) {
        this.#stopped.set(task.name, error.message);
      }
      throw error;
    }
  }

  #progressOf(task: Task): TaskProgress {
    const { clock, onProgress = () => {} } = this.#parts;
    // one that runs every few seconds is nothing to wait for
    const tell = isFrequent(task) ? () => {} : onProgress;
    return new TaskProgress(task.name, clock, tell);
  }

  #work(
    options: StartOptions,
    hold: TaskHold,
    progress: TaskProgress,
  ): TaskWork {
    const { store, accounts, backups, dkim, sealer, settings, timers } =
      this.#parts;
    const { retentionSeconds } = options;
    return {
      nowSeconds: () => nowSeconds(this.#parts.clock),
      store,
      accounts,
      backups,
      dkim,
      sealer,
      settings,
      renewCertificate: () => this.#parts.renewCertificate(),
      quota: this.#parts.quota(),
      dryRun: options.dryRun ?? false,
      isScheduled: options.scheduled ?? false,
      ...(retentionSeconds === undefined ? {} : { retentionSeconds }),
      pause: async () => {
        if (this.#isStopping) throw new TaskStopped("Server is stopping");
        if (hold.isLost) {
          throw new TaskStopped("Another server goes on with it");
        }
        progress.batch();
        await timers.sleep(PAUSE_MS);
      },
    };
  }

  #finished() {
    return { finishedAt: nowSeconds(this.#parts.clock) };
  }

  /** On a full disk tasks still run: they are what frees it. */
  async #save(run: TaskRun): Promise<void> {
    try {
      await this.#parts.store.maintenance.saveTaskRun(run);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
  }
}

function alreadyRunning({ name }: Task): Refusal {
  return new Refusal("task_running", {
    explanation: `Task already running: ${name}`,
  });
}

function outcome(
  task: Task,
  options: TaskRunOptions,
  result: TaskResult,
): TaskOutcome {
  return {
    task: task.name,
    skipped: result.skipped ?? false,
    dry_run: options.dryRun ?? false,
    deleted_messages: result.messages ?? 0,
    deleted_accounts: result.accounts ?? 0,
    detail: result.detail ?? "",
    error: null,
  };
}

/** One that runs every few seconds deletes what its lister has put on the list: that one is counted. */
function isChecked({ deletes, ...task }: Task, options: StartOptions): boolean {
  if (!deletes || options.dryRun || options.confirmed) return false;
  return !(options.scheduled && isFrequent(task));
}

function isFrequent({ schedule }: Pick<Task, "schedule">): boolean {
  return schedule.kind === "every" && schedule.seconds < 60;
}

/** What the record says of a run by the settings that was whole. */
function dueNow(
  { deletes }: Task,
  work: TaskWork,
): { whole?: WholeRun } {
  const limit = deletes?.limit?.(work);
  if (limit === undefined || work.retentionSeconds !== undefined) return {};
  return { whole: { livedAt: work.store.clock.seconds(), limit } };
}

function isUnconfirmed(error: unknown): error is Refusal {
  return error instanceof Refusal && error.code === "confirmation_required";
}

function failure(
  task: Task,
  options: TaskRunOptions,
  error: unknown,
): TaskOutcome {
  const reason = error instanceof Error ? error.message : String(error);
  const what = isUnconfirmed(error) ? "Stopped" : "Failed";
  const detail = `${what}: ${reason}`;
  return { ...outcome(task, options, { detail }), error: reason };
}

function deletedBy({ messages, accounts, others }: TaskResult): number {
  return (messages ?? 0) + (accounts ?? 0) + (others ?? 0);
}

function scheduleText(schedule: Schedule): string {
  switch (schedule.kind) {
    case "every":
      return schedule.text;
    case "nightly":
      return `daily, ${schedule.from}:00 to ${schedule.to}:00 UTC`;
    case "manual":
      return "on demand";
  }
}
