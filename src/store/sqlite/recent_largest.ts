/** The accounts that hold most; of many, as it was some time ago. @module */
import { largestOf } from "../../base/largest.ts";
import { type AccountSize, MAX_LARGEST } from "../accounts.ts";
import { type RecentCountParts, ROWS_AT_ONCE } from "./recent_count.ts";
import type { UsageTable } from "./tables/usage_table.ts";

const OLD_SECONDS = 60;

export class RecentLargest {
  #found: readonly AccountSize[] = [];
  #lookedAt: number | undefined; // in seconds
  #isCheap = true;
  #looking: Promise<void> | undefined;

  constructor(
    readonly usage: Pick<UsageTable, "someLargestAfter">,
    readonly parts: Pick<RecentCountParts, "seconds" | "pause" | "spawn">,
  ) {}

  async get(): Promise<readonly AccountSize[]> {
    const { seconds, spawn } = this.parts;
    const isFirst = this.#lookedAt === undefined || this.#isCheap;
    if (isFirst || seconds() - this.#lookedAt! >= OLD_SECONDS) {
      this.#looking ??= this.#look().finally(() => this.#looking = undefined);
      if (isFirst) await this.#looking;
      else spawn(this.#looking);
    }
    return this.#found;
  }

  async #look(): Promise<void> {
    let found: AccountSize[] = [];
    this.#isCheap = true;
    for (let after = 0;;) {
      const some = this.usage.someLargestAfter(
        after,
        ROWS_AT_ONCE,
        MAX_LARGEST,
      );
      found = largestOf(
        [...found, ...some.largest],
        MAX_LARGEST,
        ({ octets }) => octets,
      );
      if (some.rows < ROWS_AT_ONCE) break;
      after = some.last;
      this.#isCheap = false;
      await this.parts.pause();
    }
    this.#found = found;
    this.#lookedAt = this.parts.seconds();
  }
}
