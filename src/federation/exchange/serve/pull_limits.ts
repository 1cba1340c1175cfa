/** How often, and how often at once, mail may be asked for. @module */
import type { Clock } from "../../../base/clock.ts";
import { limitKey } from "../../../base/peer_address.ts";
import { TokenBuckets } from "../../../base/token_buckets.ts";

const MAX_PARALLEL = 2; // of one exchanger
const WITHOUT_WAIT = { burst: 5, perSecond: 1 };
const WRONG_TOKENS = { burst: 10, perSecond: 10 / 60 };
const RETRY_SECONDS = 5;

export class PullLimits {
  readonly #parallel = new Map<string, number>();
  readonly #impatient: TokenBuckets;
  readonly #strangers: TokenBuckets;

  constructor(clock: Clock) {
    this.#impatient = new TokenBuckets(clock, () => WITHOUT_WAIT);
    this.#strangers = new TokenBuckets(clock, () => WRONG_TOKENS);
  }

  /** Seconds to wait for who has come with too many wrong tokens; 0 for others. */
  strangerWait(address: string): number {
    return this.#strangers.wait(limitKey(address));
  }

  noteWrongToken(address: string): void {
    this.#strangers.take(limitKey(address));
  }

  /** Gives how to leave, or the seconds to wait before coming again. */
  enter(exchanger: string, waits: boolean): (() => void) | number {
    const wait = waits ? 0 : this.#impatient.take(exchanger);
    if (wait > 0) return wait;
    const count = this.#parallel.get(exchanger) ?? 0;
    if (count >= MAX_PARALLEL) return RETRY_SECONDS;
    this.#parallel.set(exchanger, count + 1);
    return () => this.#leave(exchanger);
  }

  #leave(exchanger: string): void {
    const count = (this.#parallel.get(exchanger) ?? 1) - 1;
    if (count === 0) this.#parallel.delete(exchanger);
    else this.#parallel.set(exchanger, count);
  }
}
