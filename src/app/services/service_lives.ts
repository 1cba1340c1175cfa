/** A service from its start to its stop, with all that may go wrong between. @module */
import type { PartShape } from "../../admin/live_server.ts";
import { reasonOf, systemError } from "../../base/system_errors.ts";
import { after, atMost } from "./waiting.ts";
import {
  type OptionalService,
  type RequiredService,
  ServiceFailure,
  type SupervisorParts,
} from "./service.ts";

const FIRST_WAIT_MS = 1000;
/** Also: one that ran as long has recovered. */
const LONGEST_WAIT_MS = 30_000;
/** What comes after it waits no longer for one that neither starts nor fails. */
const PATIENCE_MS = 5000;

type State = PartShape["state"];

export class RequiredLife {
  readonly #service: RequiredService;
  #state: State = "stopped";

  constructor(service: RequiredService) {
    this.#service = service;
  }

  get status(): PartShape {
    const { name, optional } = this.#service;
    return { name, optional, state: this.#state };
  }

  /** @throws {Error} why it cannot */
  async start(): Promise<void> {
    this.#state = "starting";
    try {
      await this.#service.start();
      this.#state = "running";
    } catch (error) {
      this.#state = "stopped";
      throw error;
    }
  }

  async stop(): Promise<void> {
    if (this.#state !== "running") return;
    this.#state = "stopped";
    await this.#service.stop();
  }
}

export class OptionalLife {
  readonly #service: OptionalService;
  readonly #parts: SupervisorParts;
  #state: State = "stopped";
  #error: string | undefined;
  /** In a row, since it last ran for long. */
  #failures = 0;
  /** Between a start and what follows it. */
  #run: symbol | undefined;
  #startedMs = 0;
  #stopWaiting: () => void = () => {};
  #isStopping = false;
  /** Starts and losses one after the other. Never rejects. */
  #turn: Promise<void> = Promise.resolve();

  constructor(service: OptionalService, parts: SupervisorParts) {
    this.#service = service;
    this.#parts = parts;
  }

  get status(): PartShape {
    const { name, optional } = this.#service;
    const error = this.#error;
    const state = this.#state;
    return { name, optional, state, ...(error === undefined ? {} : { error }) };
  }

  /** Resolves when it runs, has failed or takes long. Never rejects. */
  async start(): Promise<void> {
    this.#turn = this.#try();
    await atMost(this.#parts.timers, PATIENCE_MS, this.#turn);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#stopWaiting();
    await atMost(this.#parts.timers, PATIENCE_MS, this.#turn);
    await this.#end();
    this.#state = "stopped";
  }

  async #try(): Promise<void> {
    const run = Symbol();
    this.#run = run;
    this.#state = "starting";
    this.#startedMs = this.#parts.clock.monotonic();
    let isStarted = false;
    const losses: unknown[] = [];
    try {
      await this.#service.start((error) => {
        losses.push(error);
        if (!isStarted) return;
        this.#turn = this.#turn.then(() => this.#lose(error, run));
      });
    } catch (error) {
      if (!this.#isStopping) this.#fail(error);
      return;
    }
    isStarted = true;
    this.#state = "running";
    if (this.#isStopping) return await this.#end(); // nobody waits for it any more
    if (losses.length > 0) return await this.#lose(losses[0], run);
    this.#error = undefined;
    this.#parts.reported.clear(this.#service.condition);
  }

  async #lose(error: unknown, run: symbol): Promise<void> {
    if (this.#state !== "running" || run !== this.#run) return;
    const ranMs = this.#parts.clock.monotonic() - this.#startedMs;
    await this.#end();
    if (ranMs >= LONGEST_WAIT_MS) this.#failures = 0;
    if (!this.#isStopping) this.#fail(error);
  }

  /** Never rejects. */
  async #end(): Promise<void> {
    if (this.#state !== "running") return;
    this.#state = "stopped";
    try {
      await this.#service.stop();
    } catch (error) {
      this.#parts.reportBug(error);
    }
  }

  #fail(error: unknown): void {
    const { timers, reported } = this.#parts;
    this.#state = "failed";
    this.#error = this.#wordsFor(error);
    reported.report(this.#service.condition, this.#error);
    const waitMs = FIRST_WAIT_MS * 2 ** this.#failures++;
    this.#stopWaiting = after(
      timers,
      Math.min(waitMs, LONGEST_WAIT_MS),
      () => this.#turn = this.#try(),
    );
  }

  #wordsFor(error: unknown): string {
    if (error instanceof ServiceFailure || systemError(error)) {
      return reasonOf(error);
    }
    if (this.#failures === 0) this.#parts.reportBug(error);
    return "an error of the program, see the log";
  }
}
