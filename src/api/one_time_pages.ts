/**
 * What a form has led to, kept for a moment so that the page which shows it can
 * be another than the one that did it: reading it again repeats nothing.
 *
 * In memory alone, and bounded in number and time.
 *
 * @module
 */
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import type { NewAccount } from "./site_backend.ts";

const KEPT_MS = 5 * 60_000;
const MOST = 5_000;
const KEY_OCTETS = 18; // 144 bits: 24 characters of base64url

interface Page {
  readonly account: NewAccount;
  readonly madeAt: number;
}

export class OneTimePages {
  readonly #clock: Clock;
  readonly #random: Random;
  /** In the order in which they were made. */
  readonly #pages = new Map<string, Page>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Keeps an account to be shown once; gives the name it is shown under. */
  keep(account: NewAccount): string {
    this.#forgetOld();
    const key = this.#random(KEY_OCTETS).toBase64({ alphabet: "base64url" });
    this.#pages.set(key, { account, madeAt: this.#clock.monotonic() });
    return key;
  }

  /** The account, the first time within five minutes. */
  take(key: string): NewAccount | undefined {
    this.#forgetOld();
    const page = this.#pages.get(key);
    this.#pages.delete(key);
    return page?.account;
  }

  #forgetOld(): void {
    const oldest = this.#clock.monotonic() - KEPT_MS;
    for (const [key, { madeAt }] of this.#pages) {
      if (madeAt > oldest && this.#pages.size <= MOST) return;
      this.#pages.delete(key);
    }
  }
}
