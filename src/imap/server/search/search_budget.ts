/** Keeps one SEARCH from holding up the others. @module */
import { ImapNo } from "../command.ts";

const TURN_MS = 10;
const LIMIT_MS = 5000;

/** Time and waiting, as a session has them. */
export interface SearchClock {
  monotonic(): number;
  sleep(durationMs: number): Promise<void>;
}

export class SearchBudget {
  #usedMs = 0;
  #turnStart: number;

  constructor(readonly clock: SearchClock) {
    this.#turnStart = clock.monotonic();
  }

  /**
   * To be called again and again: lets the others have their turn now and then.
   *
   * @throws {ImapNo} when the search has used up what it may
   */
  checkpoint(): Promise<void> | undefined {
    const elapsed = this.clock.monotonic() - this.#turnStart;
    return elapsed < TURN_MS ? undefined : this.#endTurn(elapsed);
  }

  async #endTurn(elapsed: number): Promise<void> {
    this.#usedMs += elapsed;
    if (this.#usedMs > LIMIT_MS) {
      throw new ImapNo("[LIMIT] Search too expensive");
    }
    await this.clock.sleep(0);
    this.#turnStart = this.clock.monotonic();
  }
}
