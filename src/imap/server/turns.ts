/** Keeps one command from holding up all other sessions. @module */
import { ImapNo } from "./command.ts";

const TURN_MS = 10;

/** Time and waiting, as a session has them. */
export interface TurnClock {
  monotonic(): number;
  sleep(durationMs: number): Promise<void>;
}

export interface TurnLimit {
  readonly limitMs: number;
  /** The text after NO. */
  readonly refusal: string;
}

export class Turns {
  #usedMs = 0;
  #start: number;

  constructor(readonly clock: TurnClock, readonly limit?: TurnLimit) {
    this.#start = clock.monotonic();
  }

  /**
   * To be called again and again: lets the others have their turn now and then.
   *
   * @throws {ImapNo} when the command has used up what it may
   */
  checkpoint(): Promise<void> | undefined {
    const elapsed = this.clock.monotonic() - this.#start;
    return elapsed < TURN_MS ? undefined : this.#end(elapsed);
  }

  async #end(elapsed: number): Promise<void> {
    this.#usedMs += elapsed;
    if (this.limit && this.#usedMs > this.limit.limitMs) {
      throw new ImapNo(this.limit.refusal);
    }
    await this.clock.sleep(0);
    this.#start = this.clock.monotonic();
  }
}
