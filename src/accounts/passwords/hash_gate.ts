/** Lets only so many slow hashes run at once; the others wait in line, not for long. @module */
import type { Clock, Timers } from "../../base/clock.ts";
import { Refusal } from "../../base/refusal.ts";

const MAX_WAITING = 512;
const MAX_WAIT_MS = 8_000;
const TICK_MS = 500;

interface Waiting {
  readonly since: number;
  start(): void;
  giveUp(): void;
}

export interface HashGateOptions {
  /** Live: how many may run at once. */
  concurrency(): number;
  readonly clock: Clock;
  readonly timers: Timers;
}

export class HashGate {
  readonly #options: HashGateOptions;
  readonly #line: Waiting[] = [];
  #running = 0;
  #stopTicking: (() => void) | undefined;

  constructor(options: HashGateOptions) {
    this.#options = options;
  }

  /** @throws {Refusal} `busy` if the line is full or its turn does not come in time */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#line.length > 0 || !this.#mayStart()) await this.#turn();
    else this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      this.#startNext();
    }
  }

  #mayStart(): boolean {
    return this.#running < Math.max(1, this.#options.concurrency());
  }

  #turn(): Promise<void> {
    if (this.#line.length >= MAX_WAITING) throw new Refusal("busy");
    this.#stopTicking ??= this.#options.timers.every(
      TICK_MS,
      () => this.#expire(),
    );
    return new Promise((resolve, reject) => {
      this.#line.push({
        since: this.#options.clock.monotonic(),
        start: resolve,
        giveUp: () => reject(new Refusal("busy")),
      });
    });
  }

  #startNext(): void {
    while (this.#line.length > 0 && this.#mayStart()) {
      this.#running++;
      this.#line.shift()?.start();
    }
    this.#stopWhenEmpty();
  }

  #expire(): void {
    const oldest = this.#options.clock.monotonic() - MAX_WAIT_MS;
    while (this.#line[0] && this.#line[0].since <= oldest) {
      this.#line.shift()?.giveUp();
    }
    this.#startNext();
  }

  #stopWhenEmpty(): void {
    if (this.#line.length > 0) return;
    this.#stopTicking?.();
    this.#stopTicking = undefined;
  }
}
