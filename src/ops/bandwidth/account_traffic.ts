/** Octets of each account in the month and on its days, where an admin wants to know. @module */
import type {
  AccountOctets,
  BandwidthBucket,
  BandwidthUser,
} from "../../admin/bandwidth_control.ts";
import { largestOf } from "../../base/largest.ts";
import type { RecordStore } from "../../store/records.ts";

export interface AccountTrafficParts {
  readonly store: { readonly records: RecordStore };
  isOn(): boolean;
  /** When the month began, seconds since 1970 UTC. */
  month(): number;
  /** Seconds since 1970 UTC. */
  now(): number;
}

const COLLECTION = "bandwidth_accounts";
/** More are not counted one by one. */
const MAX_ACCOUNTS = 200_000;
/** Written at once. */
const BATCH = 2000;
/** Of more only the month is counted: the days of these are some fifteen megabytes. */
const MAX_WITH_DAYS = 20_000;
const DAY = 86_400;
const MAX_DAYS = 31;
const RECORD =
  /^\[([0-9]+),([0-9]+),([0-9]+)((?:,[0-9]+,[0-9]+,[0-9]+){0,31})\]$/;

interface Counted {
  received: number;
  sent: number;
  /** Three for each day: its number since 1970, received, sent. Absent: there are too many accounts. */
  readonly days?: number[];
}

const BY = {
  total: ({ received, sent }: Counted) => received + sent,
  in: ({ received }: Counted) => received,
  out: ({ sent }: Counted) => sent,
};

export class AccountTraffic {
  readonly #parts: AccountTrafficParts;
  #month: number;
  readonly #counted = new Map<number, Counted>();
  readonly #changed = new Set<number>();
  /** Of which there is a record. */
  readonly #kept = new Set<number>();

  private constructor(parts: AccountTrafficParts) {
    this.#parts = parts;
    this.#month = parts.month();
  }

  static async open(parts: AccountTrafficParts): Promise<AccountTraffic> {
    const traffic = new AccountTraffic(parts);
    for (const { key, value } of await parts.store.records.load(COLLECTION)) {
      const [, month, received, sent, byDay = ""] = RECORD.exec(value) ?? [];
      const account = Number(key);
      traffic.#kept.add(account);
      if (Number(month) !== traffic.#month) continue;
      traffic.#counted.set(account, {
        received: Number(received),
        sent: Number(sent),
        ...traffic.#roomForDays(byDay.split(",").slice(1).map(Number)),
      });
    }
    return traffic;
  }

  add(account: number, received: number, sent: number): void {
    if (!this.#parts.isOn()) return;
    let counted = this.#counted.get(account);
    if (!counted) {
      if (this.#counted.size >= MAX_ACCOUNTS) return;
      counted = { received: 0, sent: 0, ...this.#roomForDays([]) };
      this.#counted.set(account, counted);
    }
    counted.received += received;
    counted.sent += sent;
    this.#addToDay(counted.days, received, sent);
    this.#changed.add(account);
  }

  /** The account is no more, or may not be used any more. */
  forget(account: number): void {
    this.#counted.delete(account);
  }

  of(account: number): AccountOctets | undefined {
    this.#turnMonth();
    const counted = this.#counted.get(account);
    return counted && {
      in: counted.received,
      out: counted.sent,
      days: bucketsOf(counted.days),
    };
  }

  largest(limit: number, order: "total" | "in" | "out"): BandwidthUser[] {
    this.#turnMonth();
    return largestOf(this.#counted, limit, ([, counted]) => BY[order](counted))
      .map(([account, { received, sent }]) => ({
        account,
        in: received,
        out: sent,
      }));
  }

  /** @throws {Refusal} if the store takes nothing: it is kept for the next time */
  async flush(): Promise<void> {
    this.#turnMonth();
    const gone = [...this.#kept].filter((one) => !this.#counted.has(one));
    const keys = [...this.#changed].filter((one) => this.#counted.has(one));
    this.#changed.clear();
    for (let at = 0; at < Math.max(keys.length, gone.length); at += BATCH) {
      const some = keys.slice(at, at + BATCH);
      const remove = gone.slice(at, at + BATCH);
      try {
        await this.#parts.store.records.change({
          collection: COLLECTION,
          put: some.map((account) => {
            const { received, sent, days = [] } = this.#counted.get(account)!;
            const value = JSON.stringify([
              this.#month,
              received,
              sent,
              ...days,
            ]);
            return { key: String(account), value };
          }),
          remove: remove.map(String),
        });
      } catch (error) {
        for (const account of keys.slice(at)) this.#changed.add(account);
        throw error;
      }
      for (const account of some) this.#kept.add(account);
      for (const account of remove) this.#kept.delete(account);
    }
  }

  #roomForDays(days: number[]): { readonly days?: number[] } {
    return this.#counted.size < MAX_WITH_DAYS ? { days } : {};
  }

  #addToDay(days: number[] | undefined, received: number, sent: number): void {
    if (!days) return;
    const today = Math.floor(this.#parts.now() / DAY);
    // a clock that was set back adds to a day that is there
    let at = days.findLastIndex((day, index) =>
      index % 3 === 0 && day === today
    );
    if (at < 0) {
      if (days.length >= MAX_DAYS * 3) return;
      at = days.push(today, 0, 0) - 3;
    }
    days[at + 1]! += received;
    days[at + 2]! += sent;
  }

  /** Each month begins with nothing; so does who is not counted any more. */
  #turnMonth(): void {
    const month = this.#parts.month();
    if (month === this.#month && this.#parts.isOn()) return;
    this.#month = month;
    this.#counted.clear();
    this.#changed.clear();
  }
}

function bucketsOf(days: readonly number[] = []): readonly BandwidthBucket[] {
  const buckets: BandwidthBucket[] = [];
  for (let at = 0; at < days.length; at += 3) {
    buckets.push({
      startSeconds: days[at]! * DAY,
      in: days[at + 1]!,
      out: days[at + 2]!,
    });
  }
  return buckets.sort((a, b) => a.startSeconds - b.startSeconds);
}
