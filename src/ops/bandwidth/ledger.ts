/**
 * The octets that have passed: counted in memory, written down twice a minute
 * as hours, which become days when they are old. What a crash loses is half a
 * minute.
 *
 * @module
 */
import type {
  AccountOctets,
  BandwidthBucket,
  BandwidthControl,
  BandwidthMonth,
  BandwidthUser,
  Octets,
} from "../../admin/bandwidth_control.ts";
import { type Clock, nowSeconds, type Timers } from "../../base/clock.ts";
import { days } from "../../base/durations.ts";
import { Refusal } from "../../base/refusal.ts";
import type { Traffic } from "../../observe/traffic.ts";
import type { RecordStore } from "../../store/records.ts";
import { monthAt } from "./month.ts";
import { AccountTraffic } from "./account_traffic.ts";

export interface BandwidthOptions {
  /** What passes while it is not is counted by nobody, later neither. */
  readonly isOn: boolean;
  readonly billingDay: number;
  /** Out, in a month; 0: none. */
  readonly capOctets: number;
  readonly perUser: boolean;
  /** Of the machine, to compare with; empty: none. */
  readonly interface: string;
}

export interface LedgerParts {
  readonly store: { readonly records: RecordStore };
  readonly traffic: Traffic;
  readonly clock: Clock;
  readonly timers: Pick<Timers, "every">;
  options(): BandwidthOptions;
  /** Octets that an interface has moved since the machine started; undefined where nobody knows. */
  readInterface(name: string): Promise<Octets | undefined>;
  reportBug(error: unknown): void;
}

const COLLECTION = "bandwidth";
const FLUSH_MS = 30_000;
const HOUR = 3600;
const DAY = 86_400;
const HOURS_KEPT = days(90);
const DAYS_KEPT = days(730);
const INTERFACE = "nic_total";

type Figures = Record<string, [received: number, sent: number]>;
const KEY = /^([hd]) ([0-9]{1,12})$/;

export class BandwidthLedger implements BandwidthControl {
  readonly accounts: AccountTraffic;
  readonly #parts: LedgerParts;
  /** By `h` or `d` and the second at which it begins. */
  readonly #buckets: Map<string, Figures>;
  readonly #counted = new Map<string, Octets>();
  readonly #changed = new Set<string>();
  #turn: Promise<void> = Promise.resolve();
  #end = () => {};

  private constructor(
    parts: LedgerParts,
    buckets: Map<string, Figures>,
    accounts: AccountTraffic,
  ) {
    this.#parts = parts;
    this.#buckets = buckets;
    this.accounts = accounts;
  }

  static async open(parts: LedgerParts): Promise<BandwidthLedger> {
    const buckets = new Map<string, Figures>();
    for (const { key, value } of await parts.store.records.load(COLLECTION)) {
      const figures = readFigures(value);
      if (figures && KEY.test(key)) buckets.set(key, figures);
    }
    const accounts = await AccountTraffic.open({
      ...parts,
      isOn: () => parts.options().perUser,
      now: () => nowSeconds(parts.clock),
      month: () =>
        monthAt(nowSeconds(parts.clock), parts.options().billingDay)
          .startSeconds,
    });
    return new BandwidthLedger(parts, buckets, accounts);
  }

  start(): void {
    this.#end = this.#parts.timers.every(FLUSH_MS, () => void this.flush());
  }

  async stop(): Promise<void> {
    this.#end();
    await this.flush();
  }

  /** Writes down what is new. Never rejects: what cannot be written is kept for the next time. */
  flush(): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      await this.#countInterface();
      this.#count();
      this.#rollUp();
      await this.#write();
      await this.accounts.flush();
    }).catch((error) => {
      // the store tells of its own faults
      if (!(error instanceof Refusal)) this.#parts.reportBug(error);
    });
    return this.#turn;
  }

  month(atSeconds?: number): BandwidthMonth {
    this.#count();
    const { clock, options } = this.#parts;
    const { billingDay, capOctets } = options();
    const now = nowSeconds(clock);
    const { startSeconds, endSeconds } = monthAt(atSeconds ?? now, billingDay);
    const byCategory = new Map<string, Octets>();
    let first = now;
    for (const [key, figures] of this.#buckets) {
      const begin = beginOf(key);
      first = Math.min(first, begin);
      if (begin < startSeconds || begin >= endSeconds) continue;
      for (const [category, [received, sent]] of Object.entries(figures)) {
        byCategory.set(
          category,
          sum(byCategory.get(category), { in: received, out: sent }),
        );
      }
    }
    const ofInterface = byCategory.get(INTERFACE);
    byCategory.delete(INTERFACE);
    const total = [...byCategory.values()].reduce(sum, NONE);
    // a relay that is younger than the month has not counted for all of it
    const counted = now - Math.max(startSeconds, first);
    return {
      startSeconds,
      endSeconds,
      byCategory,
      total,
      interface: ofInterface,
      capOctets,
      forecastOctets: counted < HOUR || now >= endSeconds
        ? undefined
        : Math.round(total.out * (1 + (endSeconds - now) / counted)),
    };
  }

  series(
    { fromSeconds, toSeconds, granularity, category }: Parameters<
      BandwidthControl["series"]
    >[0],
  ): readonly BandwidthBucket[] {
    this.#count();
    const found = new Map<number, Octets>();
    for (const [key, figures] of this.#buckets) {
      const begin = beginOf(key);
      if (begin < fromSeconds || begin >= toSeconds) continue;
      const at = granularity === "day" ? begin - begin % DAY : begin;
      for (const [name, [received, sent]] of Object.entries(figures)) {
        if (category === undefined ? name === INTERFACE : name !== category) {
          continue;
        }
        found.set(at, sum(found.get(at), { in: received, out: sent }));
      }
    }
    return [...found].sort(([a], [b]) => a - b)
      .map(([startSeconds, octets]) => ({ startSeconds, ...octets }));
  }

  users(
    limit: number,
    order: "total" | "in" | "out" = "total",
  ): readonly BandwidthUser[] {
    return this.accounts.largest(limit, order);
  }

  get isPerAccount(): boolean {
    return this.#parts.options().perUser;
  }

  get isOn(): boolean {
    return this.#parts.options().isOn;
  }

  ofAccount(account: number): AccountOctets | undefined {
    return this.accounts.of(account);
  }

  /** What the meters have moved since they were last looked at goes to this hour. */
  #count(): void {
    for (const [category, { received, sent }] of this.#parts.traffic.meters) {
      this.#add(category, { in: received, out: sent });
    }
  }

  /** A machine that has started anew counts from nothing. */
  async #countInterface(): Promise<void> {
    const { interface: name } = this.#parts.options();
    if (name === "") return;
    const octets = await this.#parts.readInterface(name);
    if (!octets) return;
    const isFirst = !this.#counted.has(INTERFACE);
    if (isFirst) this.#counted.set(INTERFACE, octets);
    else this.#add(INTERFACE, octets);
  }

  #add(category: string, octets: Octets): void {
    const before = this.#counted.get(category) ?? NONE;
    const received = Math.max(0, octets.in - before.in);
    const sent = Math.max(0, octets.out - before.out);
    this.#counted.set(category, { ...octets });
    if (!this.#parts.options().isOn) return;
    if (received === 0 && sent === 0) return;
    const now = nowSeconds(this.#parts.clock);
    this.#addTo(`h ${now - now % HOUR}`, category, [received, sent]);
  }

  #addTo(
    key: string,
    category: string,
    [received, sent]: readonly [number, number],
  ): void {
    let figures = this.#buckets.get(key);
    if (!figures) this.#buckets.set(key, figures = {});
    const one = figures[category] ??= [0, 0];
    one[0] += received;
    one[1] += sent;
    this.#changed.add(key);
  }

  /** Old hours become days, and old days go. */
  #rollUp(): void {
    const now = nowSeconds(this.#parts.clock);
    for (const [key, figures] of [...this.#buckets]) {
      const begin = beginOf(key);
      if (key.startsWith("h")) {
        const day = begin - begin % DAY;
        if (day > now - HOURS_KEPT) continue;
        for (const [category, octets] of Object.entries(figures)) {
          this.#addTo(`d ${day}`, category, octets);
        }
      } else if (begin > now - DAYS_KEPT) continue;
      this.#buckets.delete(key);
      this.#changed.add(key);
    }
  }

  async #write(): Promise<void> {
    if (this.#changed.size === 0) return;
    const keys = [...this.#changed];
    this.#changed.clear();
    const put = keys.flatMap((key) => {
      const figures = this.#buckets.get(key);
      return figures ? [{ key, value: JSON.stringify(figures) }] : [];
    });
    const remove = keys.filter((key) => !this.#buckets.has(key));
    try {
      const { records } = this.#parts.store;
      await records.change({ collection: COLLECTION, put, remove });
    } catch (error) {
      for (const key of keys) this.#changed.add(key);
      throw error;
    }
  }
}

const NONE: Octets = { in: 0, out: 0 };

function sum(a: Octets = NONE, b: Octets): Octets {
  return { in: a.in + b.in, out: a.out + b.out };
}

function beginOf(key: string): number {
  return Number(key.slice(2));
}

/** undefined: another program wrote it, or nobody did. */
function readFigures(text: string): Figures | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    const entries = Object.entries(value);
    return entries.every(([, one]) => isPair(one))
      ? Object.fromEntries(entries)
      : undefined;
  } catch {
    return undefined;
  }
}

function isPair(value: unknown): value is [number, number] {
  return Array.isArray(value) && value.length === 2 &&
    value.every((one) => Number.isSafeInteger(one) && one >= 0);
}
