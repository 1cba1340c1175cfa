/** How often things happened since the start: numbers only, about nobody. @module */
import type { RefusalCode } from "../base/refusal.ts";
import type { Fields } from "./fields.ts";

const COUNTER_NAMES = [
  "logins",
  "messages_submitted",
  "messages_received",
  "messages_delivered",
  "octets_delivered",
  "messages_queued",
  "messages_dismissed",
  "messages_discarded",
  "reports_stored",
  "reports_undeliverable",
  "bugs",
] as const;
export type CounterName = (typeof COUNTER_NAMES)[number];

export class Counters {
  /** @param isOn Asked at each use; while it is false nothing is counted. */
  constructor(readonly isOn: () => boolean = () => true) {}

  readonly #counts = new Map<CounterName, number>();
  readonly #refusals = new Map<RefusalCode, number>();
  #reported: ReadonlyMap<string, number> = new Map();

  add(name: CounterName, count = 1): void {
    if (!this.isOn()) return;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + count);
  }

  /** One peer was told no. */
  refused(code: RefusalCode): void {
    if (!this.isOn()) return;
    this.#refusals.set(code, (this.#refusals.get(code) ?? 0) + 1);
  }

  get(name: CounterName): number {
    return this.#counts.get(name) ?? 0;
  }

  get refusals(): ReadonlyMap<RefusalCode, number> {
    return this.#refusals;
  }

  /** Everything since the start; refusals as `refused_<code>`. */
  totals(): ReadonlyMap<string, number> {
    const totals = new Map<string, number>();
    for (const name of COUNTER_NAMES) {
      totals.set(name, this.#counts.get(name) ?? 0);
    }
    for (const [code, count] of this.#refusals) {
      totals.set(`refused_${code}`, count);
    }
    return totals;
  }

  /** What was added since the last call, for the hourly line of the log. */
  sinceLast(): Fields {
    const totals = this.totals();
    const fields: Record<string, number> = {};
    for (const [name, total] of totals) {
      const added = total - (this.#reported.get(name) ?? 0);
      if (added > 0) fields[name] = added;
    }
    this.#reported = totals;
    return fields;
  }
}
