/** Writes that nobody waits for: they join the next batch, or go within a second. @module */
import { dayOf } from "../../../base/clock.ts";
import type { AccountId } from "../../../base/ids.ts";
import type { LoginRecord } from "../../accounts.ts";
import type { Fetched } from "../jobs/flags.ts";
import type { Job } from "../jobs/jobs.ts";

const MAX_WAIT_MS = 1000;
const MAX_REMEMBERED = 200_000; // accounts whose login of the day is written

export class LazyJobs {
  #logins: LoginRecord[] = [];
  #fetched: Fetched[] = [];
  readonly #lastDay = new Map<AccountId, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param flush Called when something has waited long enough. */
  constructor(readonly flush: () => void) {}

  recordLogin(login: LoginRecord): void {
    const day = dayOf(login.atSeconds);
    const isKnown = this.#lastDay.get(login.account) === day;
    if (isKnown && !login.upgrade) return;
    if (this.#lastDay.size >= MAX_REMEMBERED) this.#lastDay.clear();
    this.#lastDay.set(login.account, day);
    this.#logins.push(login);
    this.#wait();
  }

  markFetched(fetched: Fetched): void {
    this.#fetched.push(fetched);
    this.#wait();
  }

  take(): Job[] {
    if (this.#timer === undefined) return [];
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const jobs: Job[] = [];
    if (this.#logins.length > 0) jobs.push(["recordLogins", this.#logins]);
    if (this.#fetched.length > 0) jobs.push(["markFetched", this.#fetched]);
    this.#logins = [];
    this.#fetched = [];
    return jobs;
  }

  #wait(): void {
    this.#timer ??= setTimeout(this.flush, MAX_WAIT_MS);
  }
}
