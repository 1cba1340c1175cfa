/**
 * Work that goes on after whoever asked for it was answered: how far it is, what
 * came of it, and how it is ended early. It is known until the process ends, the
 * last of it; what has to outlive that keeps its own records.
 *
 * @module
 */
import { type Clock, nowSeconds } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { Refusal } from "../base/refusal.ts";

export type JobState = "running" | "done" | "failed" | "cancelled";

export interface JobShape {
  readonly id: string;
  /** The operation that began it. */
  readonly kind: string;
  readonly state: JobState;
  /** Steps; what one is, the kind says. */
  readonly done: number;
  readonly total: number | null;
  readonly failed: number;
  /** The first of them, for people; never of whom. */
  readonly errors: readonly string[];
  readonly started_at: number;
  readonly finished_at: number | null;
}

/** The job as its own work sees it. */
export interface JobProgress {
  /** Aborted when it is to end early. */
  readonly signal: AbortSignal;
  add(steps: { readonly done?: number; readonly failed?: number }): void;
  error(text: string): void;
}

interface Job {
  shape: JobShape;
  readonly ending: AbortController;
  readonly finished: Promise<void>;
}

const ID_OCTETS = 8;
const KEPT = 50;
const MAX_ERRORS = 20;

export interface JobsParts {
  readonly clock: Clock;
  readonly random: Random;
  /** An error that is ours. */
  reportBug(error: unknown): void;
}

export class Jobs {
  readonly #parts: JobsParts;
  readonly #jobs = new Map<string, Job>();
  readonly #listeners = new Set<(job: JobShape) => void>();

  constructor(parts: JobsParts) {
    this.#parts = parts;
  }

  /**
   * Begins it and answers at once.
   *
   * @throws {Refusal} `task_running` while one of this kind goes on
   */
  start(
    kind: string,
    total: number | undefined,
    work: (progress: JobProgress) => Promise<void>,
  ): JobShape {
    const running = this.list().find((job) =>
      job.kind === kind && job.state === "running"
    );
    if (running) {
      throw new Refusal("task_running", {
        explanation: `This goes on already, as job ${running.id}`,
      });
    }
    const { clock, random } = this.#parts;
    const shape: JobShape = {
      id: random(ID_OCTETS).toHex(),
      kind,
      state: "running",
      done: 0,
      total: total ?? null,
      failed: 0,
      errors: [],
      started_at: nowSeconds(clock),
      finished_at: null,
    };
    const ending = new AbortController();
    const { promise: finished, resolve } = Promise.withResolvers<void>();
    const job: Job = { shape, ending, finished };
    this.#jobs.set(shape.id, job);
    this.#forgetOld();
    void this.#run(job, work).then(resolve);
    return shape;
  }

  /** The last begun first. */
  list(): readonly JobShape[] {
    return [...this.#jobs.values()].map(({ shape }) => shape).reverse();
  }

  /** @throws {Refusal} `not_found` */
  get(id: string): JobShape {
    return this.#named(id).shape;
  }

  /** Asks it to end; what it has done stays. @throws {Refusal} `not_found` */
  cancel(id: string): JobShape {
    const job = this.#named(id);
    job.ending.abort();
    return job.shape;
  }

  /** When it has ended. @throws {Refusal} `not_found` */
  async finished(id: string): Promise<JobShape> {
    const job = this.#named(id);
    await job.finished;
    return job.shape;
  }

  /** Of each step that is told. May not throw. Returns how to stop. */
  onChange(listener: (job: JobShape) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Asks all that goes on to end, and waits for it. */
  async close(): Promise<void> {
    for (const { ending } of this.#jobs.values()) ending.abort();
    await Promise.all([...this.#jobs.values()].map((job) => job.finished));
  }

  async #run(
    job: Job,
    work: (progress: JobProgress) => Promise<void>,
  ): Promise<void> {
    const { signal } = job.ending;
    let state: JobState = "done";
    try {
      await work({
        signal,
        add: ({ done = 0, failed = 0 }) =>
          this.#change(job, {
            done: job.shape.done + done,
            failed: job.shape.failed + failed,
          }),
        error: (text) => this.#addError(job, text),
      });
      if (signal.aborted) state = "cancelled";
    } catch (error) {
      state = signal.aborted ? "cancelled" : "failed";
      if (error instanceof Refusal) this.#addError(job, error.message);
      else if (!signal.aborted) {
        this.#addError(job, "The relay has failed at it: see its log");
        this.#parts.reportBug(error);
      }
    }
    this.#change(job, { state, finished_at: nowSeconds(this.#parts.clock) });
  }

  #addError(job: Job, text: string): void {
    const { errors } = job.shape;
    if (errors.length === MAX_ERRORS) return;
    this.#change(job, { errors: [...errors, text] });
  }

  #change(job: Job, change: Partial<JobShape>): void {
    job.shape = { ...job.shape, ...change };
    for (const listener of this.#listeners) listener(job.shape);
  }

  #named(id: string): Job {
    const job = this.#jobs.get(id);
    if (job) return job;
    throw new Refusal("not_found", { explanation: "There is no such job" });
  }

  #forgetOld(): void {
    for (const [id, { shape }] of this.#jobs) {
      if (this.#jobs.size <= KEPT) return;
      if (shape.state !== "running") this.#jobs.delete(id);
    }
  }
}
