/**
 * How often somebody unknown is answered. Each limit is for one 5-tuple, then
 * for one address, then for all: who floods from one port does not use up what
 * others behind the same address have.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { limitKey } from "../../base/peer_address.ts";
import { type BucketRate, TokenBuckets } from "../../base/token_buckets.ts";
import type { TurnPeer } from "./ports.ts";

export interface AnswerRates {
  readonly perTuple: BucketRate;
  readonly perAddress: BucketRate;
  readonly all: BucketRate;
}

/** Binding responses. */
export const BINDING_RATES: AnswerRates = {
  perTuple: { burst: 40, perSecond: 20 },
  perAddress: { burst: 100, perSecond: 50 },
  all: { burst: 2000, perSecond: 1000 },
};

/** Errors for those who have not shown credentials. */
export const CHALLENGE_RATES: AnswerRates = {
  perTuple: { burst: 40, perSecond: 20 },
  perAddress: { burst: 500, perSecond: 200 },
  all: { burst: 10_000, perSecond: 5000 },
};

/** Signatures that are checked, which costs as much as fifty packets of a call. */
export const SIGNATURE_RATES: AnswerRates = {
  perTuple: { burst: 200, perSecond: 100 },
  perAddress: { burst: 1000, perSecond: 400 },
  all: { burst: 4000, perSecond: 2000 },
};

const ALL = "";

export class AnswerLimit {
  readonly #tuples: TokenBuckets;
  readonly #addresses: TokenBuckets;
  readonly #all: TokenBuckets;

  constructor(clock: Clock, { perTuple, perAddress, all }: AnswerRates) {
    this.#tuples = new TokenBuckets(clock, () => perTuple);
    this.#addresses = new TokenBuckets(clock, () => perAddress);
    this.#all = new TokenBuckets(clock, () => all);
  }

  /** Takes one answer from each limit that it counts for; false if there is none. */
  take({ key, address }: TurnPeer): boolean {
    return this.#tuples.take(key) === 0 &&
      this.#addresses.take(limitKey(address.hostname)) === 0 &&
      this.#all.take(ALL) === 0;
  }

  /** Takes from the limit of the 5-tuple alone: what others do does not count. */
  takeOwn({ key }: TurnPeer): boolean {
    return this.#tuples.take(key) === 0;
  }

  /** Whether this 5-tuple has had all of its answers, of which none is taken here. */
  isSpent({ key }: TurnPeer): boolean {
    return this.#tuples.wait(key) > 0;
  }
}

/** Wrong passwords of one address, after which it is not heard for a while. */
const FAILURES: BucketRate = { burst: 10, perSecond: 10 / 60 };
const SILENCE_MS = 60_000;
const MAX_SILENCED = 10_000;

/** Counts only those who have shown a nonce of ours, so that nobody else's address can be named. */
export class FailureLimit {
  readonly #clock: Clock;
  readonly #failures: TokenBuckets;
  /** Until when. */
  readonly #silenced = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#failures = new TokenBuckets(clock, () => FAILURES);
  }

  failed({ address }: TurnPeer): void {
    const key = limitKey(address.hostname);
    if (this.#failures.take(key) === 0) return;
    if (this.#silenced.size >= MAX_SILENCED) this.#silenced.clear();
    this.#silenced.set(key, this.#clock.monotonic() + SILENCE_MS);
  }

  isSilenced({ address }: TurnPeer): boolean {
    if (this.#silenced.size === 0) return false;
    const key = limitKey(address.hostname);
    const until = this.#silenced.get(key);
    if (until === undefined) return false;
    if (until > this.#clock.monotonic()) return true;
    this.#silenced.delete(key);
    return false;
  }
}

/** Octets that one allocation may move in one direction, a second's worth at once. */
export class OctetBudget {
  #octets: number;
  #atMs: number;

  /** @param perSecond 0 is no limit. */
  constructor(
    readonly clock: Clock,
    readonly perSecond: number,
  ) {
    this.#octets = perSecond;
    this.#atMs = clock.monotonic();
  }

  take(octets: number): boolean {
    if (this.perSecond === 0) return true;
    const nowMs = this.clock.monotonic();
    const earned = (nowMs - this.#atMs) / 1000 * this.perSecond;
    this.#octets = Math.min(this.perSecond, this.#octets + earned);
    this.#atMs = nowMs;
    if (this.#octets < octets) return false;
    this.#octets -= octets;
    return true;
  }
}
