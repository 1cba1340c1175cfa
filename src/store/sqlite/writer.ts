/**
 * The protocol thread's side of the writer.
 *
 * Jobs wait in a queue; while one batch is being committed the next one fills,
 * so that the busier the relay is, the more messages share a sync to disk.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { nowSeconds } from "../../base/clock.ts";
import { Refusal } from "../../base/refusal.ts";
import type { Outcome } from "./batch.ts";
import type { ChangeHub } from "./changes.ts";
import type { Health } from "./health.ts";
import type { Job, JobArgument, JobName, JobResult } from "./jobs/jobs.ts";
import type { WriterOptions } from "./options.ts";
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
  /** Works on many messages: does not hold up the others. */
  readonly isBulk?: boolean;
}

export const BULK: Weight = { isBulk: true };

interface Waiting {
  readonly job: Job;
  readonly octets: number;
  readonly sinceMs: number;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

type Reply = Exclude<FromWriter, { kind: "failed" }>;

export interface WriterHooks {
  readonly clock: Clock;
  /** What ages are counted in. */
  livedSeconds(): number;
  readonly changes: ChangeHub;
  readonly health: Health;
  onUnusedFiles(names: readonly string[]): void;
  /** Jobs that waited for some batch to come along. */
  takeLazy(): Job[];
  onBug(error: unknown): void;
}

export class Writer {
  readonly #worker: Worker;
  readonly #hooks: WriterHooks;
  readonly #queue: Waiting[] = [];
  readonly #bulk: Waiting[] = [];
  #queuedOctets = 0;
  /** What the worker has not answered yet, oldest first. */
  readonly #asked: ((reply: FromWriter) => void)[] = [];
  #batchesInFlight = 0;
  #pumpScheduled = false;
  #sinceCheckpoint = 0;
  #closed = false;

  private constructor(hooks: WriterHooks) {
    this.#hooks = hooks;
    this.#worker = new Worker(
      new URL("./writer_worker.ts", import.meta.url).href,
      { type: "module", name: "writer" },
    );
    this.#worker.onmessage = (event: MessageEvent<FromWriter>) =>
      this.#asked.shift()!(event.data);
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#die(new Error(event.message));
    };
  }

  /** @throws {Error} why the database cannot be opened */
  static async open(
    options: WriterOptions,
    hooks: WriterHooks,
  ): Promise<Writer> {
    const writer = new Writer(hooks);
    try {
      await writer.#ask({ kind: "open", options });
      return writer;
    } catch (error) {
      writer.#worker.terminate();
      throw error;
    }
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
   * Resolves once the job is durable, and after listeners have heard of it.
   * A bulk job may be overtaken by later ones.
   */
  submit<N extends JobName>(
    name: N,
    argument: JobArgument<N>,
    { octets = 0, isBulk = false }: Weight = {},
  ): Promise<JobResult<N>> {
    if (this.#closed) return Promise.reject(new Refusal("unavailable"));
    return new Promise((resolve, reject) => {
      this.#hooks.health.check();
      (isBulk ? this.#bulk : this.#queue).push({
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

  /** Sends what waits for company. */
  async flushLazy(): Promise<void> {
    for (const [name, argument] of this.#hooks.takeLazy()) {
      await this.submit(name, argument as JobArgument<typeof name>);
    }
  }

  async tidy(): Promise<void> {
    this.#sinceCheckpoint = 0;
    await this.#ask({ kind: "tidy" });
  }

  async vacuum(): Promise<void> {
    await this.#ask({ kind: "vacuum" });
  }

  /** Writes what is queued, checkpoints and ends the thread. */
  async close(): Promise<void> {
    if (this.#closed) return;
    await this.flushLazy();
    this.#closed = true;
    while (this.#isWaiting()) this.#send();
    await this.#ask({ kind: "close" });
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
    if (!this.#isWaiting()) return;
    if (this.#batchesInFlight >= MAX_IN_FLIGHT) return;
    this.#send();
  }

  #isWaiting(): boolean {
    return this.#queue.length > 0 || this.#bulk.length > 0;
  }

  #send(): void {
    const batch = this.#takeBatch();
    const lazy = this.#hooks.takeLazy();
    const jobs = [...lazy, ...batch.map(({ job }) => job)];
    this.#batchesInFlight++;
    this.#sinceCheckpoint += jobs.length * OCTETS_OF_A_JOB;
    for (const { octets } of batch) this.#sinceCheckpoint += octets;
    const settle = (reply: FromWriter) => {
      this.#batchesInFlight--;
      this.#settle(reply, batch, lazy.length);
      if (!this.#closed) this.#afterBatch();
    };
    const time = {
      nowSeconds: nowSeconds(this.#hooks.clock),
      livedSeconds: this.#hooks.livedSeconds(),
    };
    this.#post({ kind: "batch", jobs, time }, settle);
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
    reply: FromWriter,
    batch: readonly Waiting[],
    lazyCount: number,
  ): void {
    if (reply.kind !== "batch") {
      const error = new Error(
        reply.kind === "failed" ? reply.message : "Writer out of step",
      );
      for (const waiting of batch) waiting.reject(error);
      return;
    }
    const hasWritten = batch.some(({ job: [name] }) => name !== "dataVersion");
    if (reply.fault || hasWritten) this.#hooks.health.report(reply.fault);
    for (const outcome of reply.outcomes.slice(0, lazyCount)) {
      if (outcome.kind === "failed") this.#hooks.onBug(bugOf(outcome));
    }
    for (const outcome of reply.outcomes) {
      if (outcome.kind === "done" && outcome.changes.length > 0) {
        this.#hooks.changes.publish(outcome.changes);
      }
    }
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
      this.#post({ kind: "checkpoint" }, () => {});
    }
    this.#pump();
  }

  #ask(message: ToWriter): Promise<Reply> {
    return new Promise((resolve, reject) =>
      this.#post(message, (reply) => {
        if (reply.kind === "failed") reject(new Error(reply.message));
        else resolve(reply);
      })
    );
  }

  #post(message: ToWriter, onReply: (reply: FromWriter) => void): void {
    this.#asked.push(onReply);
    this.#worker.postMessage(message);
  }

  /** The thread is gone: nothing can be written any more. */
  #die(error: Error): void {
    this.#closed = true;
    const reply: FromWriter = { kind: "failed", message: error.message };
    for (const onReply of this.#asked.splice(0)) onReply(reply);
    for (const waiting of this.#queue.splice(0)) waiting.reject(error);
    for (const waiting of this.#bulk.splice(0)) waiting.reject(error);
    this.#hooks.health.report("io");
    this.#hooks.onBug(error);
  }
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
