/**
 * How often a network may fail to log in. Nobody is locked out of an account
 * by strangers: an account is only counted together with a network.
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import { limitKey } from "../../base/peer_address.ts";
import { Refusal } from "../../base/refusal.ts";
import { type BucketRate, TokenBuckets } from "../../base/token_buckets.ts";
import type { AccountOptions } from "../options.ts";

const PER_ACCOUNT: BucketRate = { burst: 8, perSecond: 1 / 30 };

export class LoginLimits {
  readonly #networks: TokenBuckets;
  readonly #accounts: TokenBuckets;

  constructor(
    clock: Clock,
    options: Pick<AccountOptions, "failBurst" | "failRefillSeconds">,
  ) {
    this.#networks = new TokenBuckets(clock, () => ({
      burst: options.failBurst,
      perSecond: 1 / options.failRefillSeconds,
    }));
    this.#accounts = new TokenBuckets(clock, () => PER_ACCOUNT);
  }

  /** Networks that may not log in now, and for how many seconds; the longest first. */
  locked(): readonly (readonly [network: string, seconds: number])[] {
    return this.#networks.waiting();
  }

  attempt(peerAddress: string): LoginAttempt {
    const network = limitKey(peerAddress);
    return new LoginAttempt(this.#networks, this.#accounts, network);
  }
}

/**
 * One login on its way: `check()` comes before anything is read of it, `claim()`
 * once it is known whose it is to be. Ends with `failed()`, `succeeded()` or, for reasons of ours, neither.
 */
export class LoginAttempt {
  readonly #networks: TokenBuckets;
  readonly #accounts: TokenBuckets;
  readonly #network: string;
  /** Network and account, once it is known. */
  #both: string | undefined;
  #reserved = false;

  constructor(
    networks: TokenBuckets,
    accounts: TokenBuckets,
    network: string,
  ) {
    this.#networks = networks;
    this.#accounts = accounts;
    this.#network = network;
  }

  /**
   * @param account canonical address; empty for what is none of ours
   * @throws {Refusal} `too_many_attempts`
   */
  claim(account: string): void {
    this.#both = `${this.#network} ${account}`;
    this.check();
  }

  /** @throws {Refusal} `too_many_attempts` */
  check(): void {
    const wait = Math.max(
      this.#networks.wait(this.#network),
      this.#both === undefined ? 0 : this.#accounts.wait(this.#both),
    );
    if (wait > 0) {
      throw new Refusal("too_many_attempts", { retryAfterSeconds: wait });
    }
  }

  /**
   * Counts a failure in advance, before a password is looked at: many guesses
   * at the same time get no further than one after the other.
   *
   * @throws {Refusal} `too_many_attempts`
   */
  reserve(): void {
    this.check();
    this.#take();
    this.#reserved = true;
  }

  failed(): void {
    this.#networks.take(this.#network);
    if (!this.#reserved) this.#take();
  }

  #take(): void {
    if (this.#both !== undefined) this.#accounts.take(this.#both);
  }

  /** What this network got wrong for this account is forgiven. */
  succeeded(): void {
    if (this.#both !== undefined) this.#accounts.reset(this.#both);
  }
}
