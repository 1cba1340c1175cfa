/**
 * Pages of lists that are long: asked of a thread that is there while somebody
 * looks at lists, so that nothing else waits for it.
 *
 * @module
 */
import type { Clock, Timers } from "../../../base/clock.ts";
import { PassingWorker } from "../../../observe/worker_lives.ts";
import { UNANSWERED } from "../../../observe/worker_link.ts";
import type { AccountListing, AccountQuery } from "../../accounts.ts";
import type { RowFilter } from "../tables/account_table.ts";

export interface ListingQuestion {
  /** Of the database. */
  readonly path: string;
  readonly query: AccountQuery;
  readonly filter: RowFilter;
}

export type ListingReply =
  | {
    readonly accounts: readonly AccountListing[];
    /** Undefined where all are meant: it is known elsewhere. */
    readonly total: number | undefined;
  }
  | { readonly problem: string };

export interface LargeListsParts {
  readonly path: string;
  readonly clock: Clock;
  readonly timers: Pick<Timers, "every">;
  onBug(error: unknown): void;
}

/** Fewer accounts than these are listed where the question comes from. */
export const LARGE_LIST = 5_000;
const IDLE_MS = 60_000;

export class LargeLists {
  readonly #path: string;
  readonly #worker: PassingWorker<ListingQuestion, ListingReply>;

  constructor({ path, clock, timers, onBug }: LargeListsParts) {
    this.#path = path;
    this.#worker = new PassingWorker({
      url: new URL("./listing_worker.ts", import.meta.url),
      name: "lists",
      clock,
      timers,
      idleMs: IDLE_MS,
      onDeath: onBug,
    });
  }

  /** Undefined when there is no answer: it is to be listed otherwise. */
  async list(
    query: AccountQuery,
    filter: RowFilter,
  ): Promise<
    {
      readonly accounts: readonly AccountListing[];
      readonly total: number | undefined;
    } | undefined
  > {
    const reply = await this.#worker.ask({ path: this.#path, query, filter });
    return reply === UNANSWERED || "problem" in reply ? undefined : reply;
  }

  close(): void {
    this.#worker.close();
  }
}
