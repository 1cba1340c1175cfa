/**
 * Messages that are whole in memory, because JSON is: few of them at once, and
 * one of each account, however many connections it has. Those that are not large
 * do not wait.
 *
 * @module
 */
import type { AccountId } from "../../base/ids.ts";

/** Up to here nobody is asked. */
export const SMALL_OCTETS = 1024 * 1024;

interface Waiting {
  readonly account: AccountId;
  begin(): void;
}

export class LargeMessages {
  readonly #accounts = new Set<AccountId>();
  #waiting: Waiting[] = [];

  constructor(readonly most: number) {}

  /** How many are in memory now. */
  get size(): number {
    return this.#accounts.size;
  }

  /** Waits for its turn; gives what ends it, once. */
  async enter(account: AccountId): Promise<() => void> {
    if (!this.#isFree(account)) {
      await new Promise<void>((begin) =>
        this.#waiting.push({ account, begin })
      );
    } else this.#accounts.add(account);
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      this.#leave(account);
    };
  }

  #isFree(account: AccountId): boolean {
    return this.#accounts.size < this.most && !this.#accounts.has(account);
  }

  /** Who has waited longest and may begins, before anybody can come in between. */
  #leave(account: AccountId): void {
    this.#accounts.delete(account);
    const next = this.#waiting.find(({ account }) => this.#isFree(account));
    if (!next) return;
    this.#waiting = this.#waiting.filter((one) => one !== next);
    this.#accounts.add(next.account);
    next.begin();
  }
}
