/**
 * Starts tasks when their time has come. What ran last is read from the store,
 * so that a restart neither repeats nor forgets a weekly task.
 *
 * @module
 */
import { nowSeconds } from "../base/clock.ts";
import { JUMP_SECONDS } from "../base/lived_clock.ts";
import { Refusal, type RefusalCode } from "../base/refusal.ts";
import type { Clock, Timers } from "../base/clock.ts";
import type { TaskRunner } from "./task_runner.ts";
import { type Schedule, type Task, TaskStopped } from "./task.ts";

const FIRST_RUN_SECONDS = 60;
const TICK_MS = 5_000;
const SECONDS_PER_DAY = 86_400;
const SECONDS_PER_HOUR = 3600;

const EXPECTED: readonly RefusalCode[] = [
  "confirmation_required",
  "task_running",
];

export interface TaskSchedulerParts {
  readonly runner: TaskRunner;
  readonly clock: Clock;
  readonly timers: Timers;
  /** From 0 up to 1: spreads the tasks of many servers. */
  jitter(): number;
  reportBug(error: unknown): void;
}

export class TaskScheduler {
  readonly #parts: TaskSchedulerParts;
  /** Of the monotonic clock, so that no wrong date puts them off. */
  readonly #dueAtMs = new Map<Task, number>();
  /** Between the clocks, at the last tick. */
  #differenceMs = 0;
  #stopTicking: (() => void) | undefined;
  #isBusy = false;

  constructor(parts: TaskSchedulerParts) {
    this.#parts = parts;
  }

  /** Only what is to run from the start runs in the first minute. */
  async start(): Promise<void> {
    const { runner, clock, timers } = this.#parts;
    const runs = await runner.lastRuns();
    this.#differenceMs = clock.now() - clock.monotonic();
    const now = nowSeconds(clock);
    for (const task of runner.tasks) {
      const last = runs.get(task.name)?.startedAt;
      this.#plan(task, {
        // a run that is still to come was dated by a wrong clock
        last: last !== undefined && last > now ? undefined : last,
        earliest: now + FIRST_RUN_SECONDS,
      });
      if (task.schedule.kind === "every" && task.schedule.fromStart) {
        this.#dueAtMs.set(task, clock.monotonic());
      }
    }
    this.#stopTicking = timers.every(TICK_MS, () => {
      this.#tick().catch((error) => this.#parts.reportBug(error));
    });
  }

  async stop(): Promise<void> {
    this.#stopTicking?.();
    this.#stopTicking = undefined;
    await this.#parts.runner.stop();
  }

  /** One task after the other: they share the disk. */
  async #tick(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      this.#followJump();
      for (const [task, dueAtMs] of this.#dueAtMs) {
        if (this.#stopTicking === undefined) return;
        if (dueAtMs <= this.#parts.clock.monotonic()) await this.#run(task);
      }
    } finally {
      this.#isBusy = false;
    }
  }

  /** What has its hours of the day finds them anew when the machine's clock was moved. */
  #followJump(): void {
    const { clock, runner } = this.#parts;
    const differenceMs = clock.now() - clock.monotonic();
    const jumpMs = Math.abs(differenceMs - this.#differenceMs);
    this.#differenceMs = differenceMs;
    if (jumpMs < JUMP_SECONDS * 1000) return;
    for (const task of runner.tasks) {
      if (task.schedule.kind !== "nightly") continue;
      this.#plan(task, { last: undefined, earliest: nowSeconds(clock) });
    }
  }

  async #run(task: Task): Promise<void> {
    const { runner, clock, reportBug } = this.#parts;
    const last = nowSeconds(clock);
    this.#plan(task, { last, earliest: last });
    if (runner.isRunning(task) || !runner.isEnabled(task)) return;
    try {
      await runner.start(task, { scheduled: true });
    } catch (error) {
      // one that is too large has been told of; another server may be faster
      const isExpected = error instanceof TaskStopped ||
        (error instanceof Refusal && EXPECTED.includes(error.code));
      if (!isExpected) reportBug(error);
    }
  }

  #plan(
    task: Task,
    { last, earliest }: { last: number | undefined; earliest: number },
  ): void {
    const { schedule } = task;
    const { clock } = this.#parts;
    if (schedule.kind === "manual") return;
    const next = nextTime(schedule, last, {
      earliest,
      jitter: this.#parts.jitter(),
    });
    const waitMs = next * 1000 - clock.now();
    this.#dueAtMs.set(task, clock.monotonic() + waitMs);
  }
}

/** Seconds since 1970 UTC of the next run; `last` is the start of the one before. */
export function nextTime(
  schedule: Exclude<Schedule, { kind: "manual" }>,
  last: number | undefined,
  { earliest, jitter }: { earliest: number; jitter: number },
): number {
  if (schedule.kind === "every") {
    if (last === undefined) return earliest;
    const spread = Math.floor(schedule.seconds / 10 * jitter);
    return Math.max(earliest, last + schedule.seconds + spread);
  }
  const { from, to } = schedule;
  const opens = from * SECONDS_PER_HOUR;
  const wide = (to - from) * SECONDS_PER_HOUR;
  const midnight = earliest - earliest % SECONDS_PER_DAY;
  for (let day = midnight;; day += SECONDS_PER_DAY) {
    const ranInIt = last !== undefined && last >= day + opens;
    if (ranInIt || earliest >= day + opens + wide) continue;
    return Math.max(earliest, day + opens + Math.floor(wide * jitter));
  }
}
