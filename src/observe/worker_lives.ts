/**
 * What comes after a thread has died, in one place. `LastingWorker`: one thread
 * is always there, and the next takes over at once. `PassingWorker`: a thread
 * is there while it is asked something, and the next question starts it anew.
 * Either gives up, for good or for a while, on one that dies again and again.
 *
 * @module
 */
import type { Clock, Timers } from "../base/clock.ts";
import { Repeats } from "../base/repeats.ts";
import {
  type OnReply,
  UNANSWERED,
  type Unanswered,
  WorkerLink,
  type WorkerModule,
} from "./worker_link.ts";

/** More deaths than these are no accident. */
const DEATHS = { times: 4, withinMs: 60_000 };

export interface LastingWorkerOptions<Request, Reply> extends WorkerModule {
  readonly clock: Clock;
  /**
   * How each life begins.
   *
   * @throws {Error} why it cannot be used
   */
  prepare(
    ask: (request: Request) => Promise<Reply | Unanswered>,
  ): Promise<void>;
  /** Told of each death, and of each successor that could not be used. */
  onDeath(error: unknown): void;
  /** A new life has begun. */
  onRestart(): void;
  /** No life follows. */
  onGivenUp(error: Error): void;
}

export class LastingWorker<Request, Reply> {
  readonly #options: LastingWorkerOptions<Request, Reply>;
  readonly #deaths: Repeats;
  #link: WorkerLink<Request, Reply>;
  #isOpen = false;
  #isLastLife = false;
  #reviving: Promise<void> = Promise.resolve();

  constructor(options: LastingWorkerOptions<Request, Reply>) {
    this.#options = options;
    this.#deaths = new Repeats(options.clock, DEATHS);
    this.#link = this.#newLink();
  }

  /** Its first life. @throws {Error} why it cannot begin */
  async open(): Promise<void> {
    try {
      await this.#options.prepare((request) => this.#link.ask(request));
      this.#isOpen = true;
    } catch (error) {
      this.#link.terminate();
      throw error;
    }
  }

  /** It can be asked: neither dead nor about to live again. */
  get isOpen(): boolean {
    return this.#isOpen && !this.#link.isDead;
  }

  /** Resolves when it is open again or given up; at once unless it has died. */
  get revived(): Promise<void> {
    return this.#reviving;
  }

  post(request: Request, onReply: OnReply<Reply>): void {
    this.#link.post(request, onReply);
  }

  ask(request: Request): Promise<Reply | Unanswered> {
    return this.#link.ask(request);
  }

  /** Its death is no reason for another life from now on. */
  letEnd(): void {
    this.#isLastLife = true;
  }

  /** Ends it, whatever it does. */
  terminate(): void {
    this.letEnd();
    this.#link.terminate();
  }

  #newLink(): WorkerLink<Request, Reply> {
    return new WorkerLink(this.#options, (error) => {
      if (!this.#isOpen) return; // whoever waits for it to open is told
      this.#isOpen = false;
      this.#options.onDeath(error);
      if (!this.#isLastLife) this.#reviving = this.#revive(error);
    });
  }

  /** Tries until a life has begun, or too many have ended. Never rejects. */
  async #revive(error: Error): Promise<void> {
    const { onDeath, onRestart, onGivenUp } = this.#options;
    for (let last = error; !this.#isOpen;) {
      if (this.#deaths.add()) return onGivenUp(last);
      this.#link = this.#newLink();
      try {
        await this.open();
      } catch (failure) {
        onDeath(failure);
        last = failure as Error;
      }
    }
    onRestart();
  }
}

export interface PassingWorkerOptions extends WorkerModule {
  readonly clock: Clock;
  readonly timers: Pick<Timers, "every">;
  /** Unasked for so long, or up to twice, it ends. */
  readonly idleMs: number;
  /** Told of each death. */
  onDeath(error: unknown): void;
}

export class PassingWorker<Request, Reply> {
  readonly #options: PassingWorkerOptions;
  readonly #deaths: Repeats;
  #link: WorkerLink<Request, Reply> | undefined;
  #restsUntilMs = -Infinity;
  #stopIdleCheck: () => void = () => {};
  #usedSinceTick = false;

  constructor(options: PassingWorkerOptions) {
    this.#options = options;
    this.#deaths = new Repeats(options.clock, DEATHS);
  }

  ask(request: Request): Promise<Reply | Unanswered> {
    this.#usedSinceTick = true;
    if (this.#options.clock.monotonic() < this.#restsUntilMs) {
      return Promise.resolve(UNANSWERED);
    }
    return (this.#link ??= this.#begin()).ask(request);
  }

  /** Ends the thread; what waits for it is unanswered. Another question starts one. */
  close(): void {
    this.#stopIdleCheck();
    this.#link?.terminate();
    this.#link = undefined;
  }

  #begin(): WorkerLink<Request, Reply> {
    const { clock, timers, idleMs, onDeath } = this.#options;
    this.#stopIdleCheck = timers.every(idleMs, () => this.#idleTick());
    return new WorkerLink(this.#options, (error) => {
      this.close();
      if (this.#deaths.add()) {
        this.#restsUntilMs = clock.monotonic() + DEATHS.withinMs;
      }
      onDeath(error);
    });
  }

  #idleTick(): void {
    if (!this.#usedSinceTick && this.#link?.waiting === 0) this.close();
    this.#usedSinceTick = false;
  }
}
