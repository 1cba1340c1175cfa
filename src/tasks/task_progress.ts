/** How far one run of a task is, told once a second at most. @module */
import { codeOf, type WorkProgress } from "../admin/long_work.ts";
import type { Clock } from "../base/clock.ts";
import type { TaskResult } from "./task.ts";

const TELL_MS = 1000;

export class TaskProgress {
  readonly #job: string;
  readonly #clock: Pick<Clock, "monotonic">;
  readonly #tell: (progress: WorkProgress) => void;
  #beganMs = 0;
  #toldMs = 0;
  #batches = 0;

  constructor(
    job: string,
    clock: Pick<Clock, "monotonic">,
    tell: (progress: WorkProgress) => void,
  ) {
    this.#job = job;
    this.#clock = clock;
    this.#tell = tell;
  }

  /** @throws whatever `work` throws */
  async of(work: () => Promise<TaskResult>): Promise<TaskResult> {
    this.#beganMs = this.#clock.monotonic();
    this.#say({ state: "running" });
    try {
      const result = await work();
      const { messages = 0, accounts = 0, others = 0 } = result;
      this.#say({ state: "done", deleted: messages + accounts + others });
      return result;
    } catch (error) {
      this.#say({ state: "failed", code: codeOf(error) });
      throw error;
    }
  }

  batch(): void {
    this.#batches++;
    if (this.#clock.monotonic() - this.#toldMs >= TELL_MS) {
      this.#say({ state: "running" });
    }
  }

  #say(progress: Pick<WorkProgress, "state" | "deleted" | "code">): void {
    this.#toldMs = this.#clock.monotonic();
    this.#tell({
      kind: this.#job,
      seconds: Math.round((this.#toldMs - this.#beganMs) / 1000),
      done: this.#batches,
      ...progress,
    });
  }
}
