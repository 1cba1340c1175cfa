/**
 * The protocol thread's side of the writer.
 *
 * Jobs wait in a queue; while one batch is being committed the next one fills,
 * so that the busier the relay is, the more messages share a sync to disk.
 *
 * A thread that dies is started anew: what it was doing is answered as
 * temporary, since it may be done or not, and what waits goes to the next one.
 * One that dies again and again is given up.
 *
 * @module
 */
import type { Clock } from "../../../base/clock.ts";
import { nowSeconds } from "../../../base/clock.ts";
import { Refusal } from "../../../base/refusal.ts";
import { UNANSWERED, type Unanswered } from "../../../observe/worker_link.ts";
import { LastingWorker } from "../../../observe/worker_lives.ts";
import type { Outcome } from "./batch.ts";
import type { ChangeHub } from "../changes.ts";
import type { EventHub } from "../events.ts";
import type { Health } from "../health.ts";
import type { Job, JobArgument, JobName, JobResult } from "../jobs/jobs.ts";
import { traitsOf } from "../jobs/traits.ts";
import type { WriterOptions } from "../options.ts";
import { publishBatch } from "./publishing.ts";
import type { FromWriter, ToWriter } from "./writer_protocol.ts";

const MAX_BATCH_JOBS = 128;
const MAX_BULK_JOBS = 2; // in a batch: each may take 20 ms
const MAX_BATCH_OCTETS = 8 * 1024 * 1024;
const MAX_QUEUE_OCTETS = 256 * 1024 * 1024;
const MAX_BEHIND_MS = 2000;
const MAX_IN_FLIGHT = 2;
/** Octets written after which the log goes into the database: at rest, and at the latest. */
const CHECKPOINT_IDLE_OCTETS = 4 * 1024 * 1024;
const CHECKPOINT_BUSY_OCTETS = 32 * 1024 * 1024;
const OCTETS_OF_A_JOB = 24 * 1024; // pages a small job touches

/** What a job costs beyond a small one. */
export interface Weight {
  /** That it adds to the queue. */
  readonly octets?: number;
  /** Where a job of this name may be small or large: it works on many rows. */
  readonly isBulk?: boolean;
}

interface Waiting {
  readonly job: Job;
  readonly octets: number;
  readonly sinceMs: number;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

type Reply = Exclude<FromWriter, { kind: "failed" }>;

/** The writer ended before it answered: the job may be done or not. */
export class OutcomeUnknown extends Refusal {
  constructor() {
    super("unavailable");
  }
}

export interface WriterHooks {
  readonly clock: Clock;
  /** What ages are counted in. */
  livedSeconds(): number;
  readonly changes: ChangeHub;
  readonly events: EventHub;
  readonly health: Health;
  onUnusedFiles(names: readonly string[]): void;
  /** Jobs that waited for some batch to come along. */
  takeLazy(): Job[];
  onBug(error: unknown): void;
  /** A new thread has taken over: something may be committed that nobody was told of. */
  onRestart(): void;
  /** No thread will do: nothing can be written any more. */
  onFatal(error: Error): void;
}

export class Writer {
  readonly #hooks: WriterHooks;
  readonly #options: WriterOptions;
  readonly #queue: Waiting[] = [];
  readonly #bulk: Waiting[] = [];
  /** They have batches of their own, which wait for no disk. */
  readonly #forgettable: Waiting[] = [];
  readonly #worker: LastingWorker<ToWriter, FromWriter>;
  #queuedOctets = 0;
  #batchesInFlight = 0;
  #pumpScheduled = false;
  #sinceCheckpoint = 0;
  #writes = 0;
  #closed = false;

  private constructor(options: WriterOptions, hooks: WriterHooks) {
    this.#hooks = hooks;
    this.#options = options;
    this.#worker = new LastingWorker({
      url: new URL("./writer_worker.ts", import.meta.url),
      name: "writer",
      clock: hooks.clock,
      prepare: async (ask) => {
        answered(await ask({ kind: "open", options }));
      },
      onDeath: hooks.onBug,
      onRestart: () => this.#takeOver(),
      onGivenUp: (error) => this.#giveUp(error),
    });
  }

  /** @throws {Error} why the database cannot be opened */
  static async open(
    options: WriterOptions,
    hooks: WriterHooks,
  ): Promise<Writer> {
    const writer = new Writer(options, hooks);
    await writer.#worker.open();
    return writer;
  }

  /** Batches that may have changed something, since the start. */
  get writes(): number {
    return this.#writes;
  }

  get queuedOctets(): number {
    return this.#queuedOctets;
  }

  /** @throws {Refusal} `busy` when the writer is far behind */
  checkBacklog(): void {
    const oldest = this.#queue[0];
    if (!oldest) return;
    const behindMs = this.#hooks.clock.monotonic() - oldest.sinceMs;
    if (this.#queuedOctets > MAX_QUEUE_OCTETS || behindMs > MAX_BEHIND_MS) {
      throw new Refusal("busy");
    }
  }

  /**
   * Resolves once the job is durable, unless that is of no use to it, and after
   * listeners have heard of it. A bulk job may be overtaken by later ones, and a
   * forgettable one overtakes others.
   */
  submit<N extends JobName>(
    name: N,
    argument: JobArgument<N>,
    { octets = 0, isBulk = traitsOf(name).isBulk === true }: Weight = {},
  ): Promise<JobResult<N>> {
    if (this.#closed) return Promise.reject(new Refusal("unavailable"));
    return new Promise((resolve, reject) => {
      this.#hooks.health.check();
      this.#listFor(name, isBulk).push({
        job: [name, argument],
        octets,
        sinceMs: this.#hooks.clock.monotonic(),
        resolve: resolve as (value: unknown) => void,
        reject,
      });
      this.#queuedOctets += octets;
      this.#schedulePump();
    });
  }

  #listFor(name: JobName, isBulk: boolean): Waiting[] {
    if (traitsOf(name).isForgettable) return this.#forgettable;
    return isBulk ? this.#bulk : this.#queue;
  }

  /** Sends what waits for company. */
  async flushLazy(): Promise<void> {
    for (const [name, argument] of this.#hooks.takeLazy()) {
      await this.submit(name, argument as JobArgument<typeof name>);
    }
  }

  /** Puts all of the log into the database; false where another process reads what is in it. */
  async emptyLog(): Promise<boolean> {
    this.#sinceCheckpoint = 0;
    const reply = await this.#ask({ kind: "empty_log" });
    return reply.kind === "empty_log" && reply.isEmpty;
  }

  async vacuum(): Promise<void> {
    await this.#ask({ kind: "vacuum" });
  }

  /** Writes what is queued, checkpoints and ends the thread. */
  async close(): Promise<void> {
    if (this.#closed) return;
    await this.flushLazy();
    await this.#worker.revived;
    if (this.#closed) return; // there was no thread left
    this.#closed = true;
    this.#worker.letEnd();
    while (this.#isWaiting()) this.#send();
    await this.#ask({ kind: "close" });
    this.#worker.terminate();
  }

  #schedulePump(): void {
    if (this.#pumpScheduled) return;
    this.#pumpScheduled = true;
    queueMicrotask(() => {
      this.#pumpScheduled = false;
      this.#pump();
    });
  }

  #pump(): void {
    if (!this.#isWaiting() || !this.#worker.isOpen) return;
    if (this.#batchesInFlight >= MAX_IN_FLIGHT) return;
    this.#send();
  }

  #isWaiting(): boolean {
    return this.#queue.length > 0 || this.#bulk.length > 0 ||
      this.#forgettable.length > 0;
  }

  #send(): void {
    const isForgettable = this.#forgettable.length > 0;
    const batch = isForgettable
      ? this.#forgettable.splice(0)
      : this.#takeBatch();
    const lazy = isForgettable ? [] : this.#hooks.takeLazy();
    const jobs = [...lazy, ...batch.map(({ job }) => job)];
    this.#batchesInFlight++;
    this.#sinceCheckpoint += jobs.length * OCTETS_OF_A_JOB;
    for (const { octets } of batch) this.#sinceCheckpoint += octets;
    const settle = (reply: FromWriter | Unanswered) => {
      this.#batchesInFlight--;
      if (reply === UNANSWERED) this.#queue.unshift(...lazy.map(again));
      this.#settle(reply, batch, lazy.length);
      if (!this.#closed) this.#afterBatch();
    };
    const time = {
      nowSeconds: nowSeconds(this.#hooks.clock),
      livedSeconds: this.#hooks.livedSeconds(),
    };
    this.#worker.post({ kind: "batch", jobs, time }, settle);
  }

  #takeBatch(): Waiting[] {
    let octets = 0;
    let count = 0;
    for (const waiting of this.#queue) {
      octets += waiting.octets;
      if (count > 0 && octets > MAX_BATCH_OCTETS) break;
      if (++count === MAX_BATCH_JOBS) break;
    }
    const batch = this.#queue.splice(0, count);
    for (const waiting of batch) this.#queuedOctets -= waiting.octets;
    if (this.#bulk.length > 0) {
      batch.push(...this.#bulk.splice(0, MAX_BULK_JOBS));
    }
    return batch;
  }

  /** Listeners first: an idling session hears of a message before its sender's 250. */
  #settle(
    reply: FromWriter | Unanswered,
    batch: readonly Waiting[],
    lazyCount: number,
  ): void {
    if (reply === UNANSWERED) {
      this.#writes++;
      for (const waiting of batch) waiting.reject(new OutcomeUnknown());
      return;
    }
    if (reply.kind !== "batch") {
      const error = new Error(
        reply.kind === "failed" ? reply.message : "Writer out of step",
      );
      for (const waiting of batch) waiting.reject(error);
      return;
    }
    const hasWritten = batch.some(({ job: [name] }) => name !== "dataVersion");
    if (hasWritten) this.#writes++;
    if (reply.fault || hasWritten) this.#hooks.health.report(reply.fault);
    for (const outcome of reply.outcomes.slice(0, lazyCount)) {
      if (outcome.kind === "failed") this.#hooks.onBug(bugOf(outcome));
    }
    publishBatch(this.#hooks, {
      jobs: batch.map(({ job }) => job),
      outcomes: reply.outcomes,
      lazyCount,
    });
    batch.forEach((waiting, i) =>
      answer(waiting, reply.outcomes[i + lazyCount]!)
    );
    if (reply.unusedFiles.length > 0) {
      this.#hooks.onUnusedFiles(reply.unusedFiles);
    }
  }

  #afterBatch(): void {
    const idle = !this.#isWaiting() && this.#batchesInFlight === 0;
    const limit = idle ? CHECKPOINT_IDLE_OCTETS : CHECKPOINT_BUSY_OCTETS;
    if (this.#sinceCheckpoint > limit) {
      this.#sinceCheckpoint = 0;
      this.#worker.post({ kind: "checkpoint" }, () => {});
    }
    this.#pump();
  }

  async #ask(message: ToWriter): Promise<Reply> {
    return answered(await this.#worker.ask(message));
  }

  /** A new thread has taken over. */
  #takeOver(): void {
    this.#hooks.onRestart();
    this.#pump();
  }

  #giveUp(error: Error): void {
    this.#closed = true;
    const lists = [this.#queue, this.#bulk, this.#forgettable];
    for (const waiting of lists.flatMap((list) => list.splice(0))) {
      waiting.reject(new Refusal("unavailable"));
    }
    this.#queuedOctets = 0;
    this.#hooks.health.report("io");
    this.#hooks.onFatal(error);
  }
}

/** @throws {OutcomeUnknown | Error} in place of the reply, if it is none */
function answered(reply: FromWriter | Unanswered): Reply {
  if (reply === UNANSWERED) throw new OutcomeUnknown();
  if (reply.kind === "failed") throw new Error(reply.message);
  return reply;
}

/** A job that may be done twice and that nobody waits for. */
function again(job: Job): Waiting {
  const ignore = () => {};
  return { job, octets: 0, sinceMs: Infinity, resolve: ignore, reject: ignore };
}

function answer(waiting: Waiting, outcome: Outcome): void {
  switch (outcome.kind) {
    case "done":
      return waiting.resolve(outcome.value);
    case "refused":
      return waiting.reject(new Refusal(outcome.code, outcome.detail));
    case "failed":
      return waiting.reject(bugOf(outcome));
  }
}

function bugOf(outcome: { readonly message: string }): Error {
  return new Error(`Writer failed: ${outcome.message}`);
}
