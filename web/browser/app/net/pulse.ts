/**
 * Notices that a line is dead of which nobody has said so, as after a sleep or
 * where a router forgot it: now and then it asks for a sign of life. Whatever
 * comes is one.
 *
 * @module
 */
import type { Later } from "./outside.ts";

const ASK_MS = 25_000;
const ANSWER_MS = 15_000;

export interface PulseParts {
  readonly later: Later;
  ask(): void;
  /** Something is under way that the answer may have to wait for, and that has an end of its own. */
  isBusy(): boolean;
  onDead(): void;
}

export class Pulse {
  readonly #parts: PulseParts;
  #isAsked = false;
  #callOff = () => {};

  constructor(parts: PulseParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#isAsked = false;
    this.#in(ASK_MS, () => this.check());
  }

  heard(): void {
    if (this.#isAsked) this.start();
  }

  /** Asks at once. */
  check(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#parts.ask();
    this.#in(ANSWER_MS, () => this.#judge());
  }

  stop(): void {
    this.#callOff();
  }

  #judge(): void {
    if (this.#parts.isBusy()) this.#in(ANSWER_MS, () => this.#judge());
    else this.#parts.onDead();
  }

  #in(ms: number, work: () => void): void {
    this.#callOff();
    this.#callOff = this.#parts.later(ms, work);
  }
}
