/** Octets of each account in the month, where an admin wants to know. @module */
import type { BandwidthUser, Octets } from "../../admin/bandwidth_control.ts";
import { largestOf } from "../../base/largest.ts";
import type { RecordStore } from "../../store/records.ts";

export interface AccountTrafficParts {
  readonly store: { readonly records: RecordStore };
  isOn(): boolean;
  /** When the month began, seconds since 1970 UTC. */
  month(): number;
}

const COLLECTION = "bandwidth_accounts";
/** More are not counted one by one. */
const MAX_ACCOUNTS = 200_000;
/** Written at once. */
const BATCH = 2000;
const RECORD = /^\[([0-9]+),([0-9]+),([0-9]+)\]$/;

interface Counted {
  received: number;
  sent: number;
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
      const [, month, received, sent] = RECORD.exec(value) ?? [];
      const account = Number(key);
      traffic.#kept.add(account);
      if (Number(month) !== traffic.#month) continue;
      traffic.#counted.set(account, {
        received: Number(received),
        sent: Number(sent),
      });
    }
    return traffic;
  }

  add(account: number, received: number, sent: number): void {
    if (!this.#parts.isOn()) return;
    let counted = this.#counted.get(account);
    if (!counted) {
      if (this.#counted.size >= MAX_ACCOUNTS) return;
      this.#counted.set(account, counted = { received: 0, sent: 0 });
    }
    counted.received += received;
    counted.sent += sent;
    this.#changed.add(account);
  }

  /** The account is no more, or may not be used any more. */
  forget(account: number): void {
    this.#counted.delete(account);
  }

  of(account: number): Octets | undefined {
    this.#turnMonth();
    const counted = this.#counted.get(account);
    return counted && { in: counted.received, out: counted.sent };
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
            const { received, sent } = this.#counted.get(account)!;
            const value = JSON.stringify([this.#month, received, sent]);
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

  /** Each month begins with nothing; so does who is not counted any more. */
  #turnMonth(): void {
    const month = this.#parts.month();
    if (month === this.#month && this.#parts.isOn()) return;
    this.#month = month;
    this.#counted.clear();
    this.#changed.clear();
  }
}
