/**
 * Runs jobs as one transaction: one sync to disk for all of them.
 *
 * The jobs first run one after the other. Should one throw, all is rolled back
 * and they run again with a savepoint each, so that the usual batch, where
 * none throws, pays for no savepoint.
 *
 * @module
 */
import {
  Refusal,
  type RefusalCode,
  type RefusalDetail,
} from "../../../base/refusal.ts";
import type { MailboxChange } from "../../../mail/mailbox.ts";
import {
  refusalFor,
  type StorageFault,
  storageFault,
} from "../database/errors.ts";
import type { BatchTime } from "../batch_time.ts";
import type { JobContext } from "../jobs/context.ts";
import { type Job, type JobName, runJob } from "../jobs/jobs.ts";
import { traitsOf } from "../jobs/traits.ts";

/** What became of a job, as it crosses back. */
export type Outcome =
  | {
    readonly kind: "done";
    readonly value: unknown;
    readonly changes: readonly MailboxChange[];
  }
  | {
    readonly kind: "refused";
    readonly code: RefusalCode;
    readonly detail: RefusalDetail;
  }
  | { readonly kind: "failed"; readonly message: string };

export interface BatchResult {
  /** One for each job, in order. */
  readonly outcomes: Outcome[];
  /** Files nothing refers to any more. */
  readonly unusedFiles: readonly string[];
  readonly fault?: StorageFault;
}

export class BatchRunner {
  /**
   * @param makeRoom Frees some disk space, for jobs that will free more.
   * @param withoutSync Commits what the work does without a sync.
   */
  constructor(
    readonly context: JobContext,
    readonly makeRoom: () => void,
    readonly withoutSync: <T>(work: () => T) => T,
  ) {}

  run(jobs: readonly Job[], time: BatchTime): BatchResult {
    Object.assign(this.context, time);
    const first = this.#try(jobs);
    if (first.fault !== "full") return first;
    this.makeRoom();
    const freeing = jobs.filter(([name]) => frees(name));
    if (freeing.length === 0) return first;
    const second = this.#try(freeing);
    const outcomes = jobs.map(([name], i) =>
      frees(name) ? second.outcomes.shift()! : first.outcomes[i]!
    );
    return { outcomes, unusedFiles: second.unusedFiles, fault: "full" };
  }

  /** Never throws: a fault of the storage is every job's outcome. */
  #try(jobs: readonly Job[]): BatchResult {
    try {
      const outcomes = this.#forgettable(jobs) ?? this.#together(jobs) ??
        this.#apart(jobs);
      return { outcomes, unusedFiles: this.#takeUnused() };
    } catch (error) {
      this.#rollBack();
      const fault = storageFault(error);
      const outcome = failure(fault ? refusalFor(fault) : error);
      const outcomes = jobs.map(() => outcome);
      return { outcomes, unusedFiles: [], ...(fault ? { fault } : {}) };
    }
  }

  /** undefined, with nothing done, if a job is of more weight, or files go: then the disk has to know before. */
  #forgettable(jobs: readonly Job[]): Outcome[] | undefined {
    if (!jobs.every(([name]) => traitsOf(name).isForgettable)) return undefined;
    const { unused } = this.context.blobs;
    return this.withoutSync(() =>
      this.#together(jobs, () => unused.length === 0)
    );
  }

  /** undefined, with nothing done, if a job threw, or it may not be committed. */
  #together(
    jobs: readonly Job[],
    mayCommit: () => boolean = () => true,
  ): Outcome[] | undefined {
    const { db } = this.context;
    db.run("BEGIN IMMEDIATE");
    const outcomes: Outcome[] = [];
    for (const job of jobs) {
      try {
        outcomes.push(this.#done(runJob(this.context, job)));
      } catch (error) {
        if (storageFault(error)) throw error;
        this.#rollBack();
        return jobs.length === 1 ? [failure(error)] : undefined;
      }
    }
    if (!mayCommit()) {
      this.#rollBack();
      return undefined;
    }
    db.run("COMMIT");
    return outcomes;
  }

  #apart(jobs: readonly Job[]): Outcome[] {
    const { db } = this.context;
    db.run("BEGIN IMMEDIATE");
    const outcomes = jobs.map((job) => {
      const unused = this.context.blobs.unused.length;
      db.run("SAVEPOINT job");
      try {
        const outcome = this.#done(runJob(this.context, job));
        db.run("RELEASE job");
        return outcome;
      } catch (error) {
        if (storageFault(error)) throw error;
        db.run("ROLLBACK TO job");
        db.run("RELEASE job");
        this.context.changes.take();
        this.context.blobs.unused.length = unused;
        return failure(error);
      }
    });
    db.run("COMMIT");
    return outcomes;
  }

  #done(value: unknown): Outcome {
    return { kind: "done", value, changes: this.context.changes.take() };
  }

  #rollBack(): void {
    this.context.changes.take();
    this.#takeUnused();
    if (this.context.db.inTransaction) this.context.db.run("ROLLBACK");
  }

  #takeUnused(): string[] {
    const { unused } = this.context.blobs;
    return unused.length === 0 ? unused.slice() : unused.splice(0);
  }
}

function frees(name: JobName): boolean {
  return traitsOf(name).frees === true;
}

function failure(error: unknown): Outcome {
  if (error instanceof Refusal) {
    return { kind: "refused", code: error.code, detail: error.detail };
  }
  const message = error instanceof Error ? error.stack ?? error.message : "";
  return { kind: "failed", message: message || String(error) };
}
