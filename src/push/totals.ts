/** How many notifications there were, over all runs: two numbers, and of nobody. @module */
import { integer, minValue, number, object, pipe } from "valibot";
import { parseRecord } from "../store/record_set.ts";
import type { RecordStore } from "../store/records.ts";
import type { PushResult } from "./parts.ts";

const COLLECTION = "push_totals";
const KEY = "all";
const count = pipe(number(), integer(), minValue(0));
const ROW = object({ sent: count, failed: count });

export class PushTotals {
  readonly #records: RecordStore;
  readonly #isCounted: () => boolean;
  #sent = 0;
  #failed = 0;
  #isKept = true;

  constructor(records: RecordStore, isCounted: () => boolean) {
    this.#records = records;
    this.#isCounted = isCounted;
  }

  get sent(): number {
    return this.#sent;
  }

  /** Attempts that were refused or failed. */
  get failed(): number {
    return this.#failed;
  }

  async load(): Promise<void> {
    const [record] = await this.#records.load(COLLECTION);
    const parsed = record && parseRecord(ROW, record.value);
    this.#sent = parsed?.value.sent ?? 0;
    this.#failed = parsed?.value.failed ?? 0;
  }

  add(result: PushResult): void {
    if (!this.#isCounted()) return;
    if (result === "sent") this.#sent++;
    else if (result === "failed" || result === "refused") this.#failed++;
    else return;
    this.#isKept = false;
  }

  async keep(): Promise<void> {
    if (this.#isKept) return;
    this.#isKept = true;
    const value = JSON.stringify({ sent: this.#sent, failed: this.#failed });
    await this.#records.change({
      collection: COLLECTION,
      put: [{ key: KEY, value }],
    });
  }
}
