/**
 * How many messages each account has sent today, for whoever looks for an
 * account that is abused. In memory only, bounded, gone with the day (UTC).
 *
 * @module
 */
import type { Clock } from "../../base/clock.ts";
import type { AccountId } from "../../base/ids.ts";

export interface Sent {
  readonly messages: number;
  /** Seconds since 1970 UTC from which on they are counted: midnight, or later. */
  readonly sinceSeconds: number;
}

const DAY_MS = 86_400_000;

export class SendCounts {
  readonly #clock: Pick<Clock, "now">;
  readonly #isOn: () => boolean;
  readonly #maxAccounts: number;
  readonly #counts = new Map<AccountId, number>();
  #fromMs: number;

  /** @param isOn Whether the operator wants numbers of accounts; asked at each use. */
  constructor(
    clock: Pick<Clock, "now">,
    isOn: () => boolean,
    maxAccounts = 100_000,
  ) {
    this.#clock = clock;
    this.#isOn = isOn;
    this.#maxAccounts = maxAccounts;
    this.#fromMs = clock.now();
  }

  /** One message more. */
  note(account: AccountId): void {
    if (!this.#isCounting()) return;
    const before = this.#counts.get(account);
    if (before === undefined && this.#isFull) return;
    this.#counts.set(account, (before ?? 0) + 1);
  }

  /** Undefined where it is not counted. */
  of(account: AccountId): Sent | undefined {
    if (!this.#isCounting()) return undefined;
    const messages = this.#counts.get(account);
    if (messages === undefined && this.#isFull) return undefined;
    return {
      messages: messages ?? 0,
      sinceSeconds: Math.floor(this.#fromMs / 1000),
    };
  }

  get #isFull(): boolean {
    return this.#counts.size >= this.#maxAccounts;
  }

  /** Begins anew with each day, and whenever it is switched on. */
  #isCounting(): boolean {
    const now = this.#clock.now();
    const isOn = this.#isOn();
    const midnight = now - now % DAY_MS;
    if (!isOn || this.#fromMs < midnight) {
      this.#counts.clear();
      this.#fromMs = isOn ? midnight : now;
    }
    return isOn;
  }
}
