/**
 * Where mail to some domains goes instead of where their DNS says, as admins
 * have set it: kept in the store, and asked in memory for every attempt. The
 * narrowest entry counts.
 *
 * @module
 */
import { type Clock, nowSeconds } from "../../base/clock.ts";
import { Refusal } from "../../base/refusal.ts";
import type { LocalDomains } from "../../mail/local_domains.ts";
import { RecordSet, type RecordSetParts } from "../../store/record_set.ts";
import { PatternTable } from "../policy/rules.ts";
import { LazyRecords } from "../../store/lazy_records.ts";
import {
  checkOverride,
  OVERRIDE_RECORD,
  overrideKey,
  type OverrideOptions,
  type OverrideRecord,
  type Use,
  USE_RECORD,
} from "./override.ts";
import { invalidTarget } from "./refusals.ts";
import { type OverrideTarget, parseTarget, targetText } from "./target.ts";

export interface Override extends OverrideOptions {
  /** Canonical. */
  readonly key: string;
  readonly target: OverrideTarget;
  readonly comment: string;
  /** Seconds since 1970 UTC. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface OverrideChange {
  readonly key: string;
  readonly target: string;
  readonly options: OverrideOptions;
  /** Undefined: it stays as it is. */
  readonly comment?: string;
}

export interface OverridesParts
  extends Pick<RecordSetParts<unknown>, "store" | "reportBug"> {
  readonly domains: LocalDomains;
  readonly clock: Clock;
  hasExchanger(name: string): boolean;
  /** Told after each look how many records mean nothing here: mail goes where the DNS says. */
  onIgnored(count: number): void;
}

interface Kept {
  readonly records: RecordSet<OverrideRecord>;
  readonly uses: LazyRecords<Use>;
  readonly unreadable: Set<string>;
}

/** All are in memory. */
const MAX_OVERRIDES = 5000;

export class Overrides {
  readonly #parts: OverridesParts;
  readonly #records: RecordSet<OverrideRecord>;
  readonly #uses: LazyRecords<Use>;
  /** Keys whose records have another shape. */
  readonly #unreadable: Set<string>;
  #table = new PatternTable<Override>([]);
  #entries: readonly Override[] = [];

  private constructor(
    parts: OverridesParts,
    { records, uses, unreadable }: Kept,
  ) {
    this.#parts = parts;
    this.#unreadable = unreadable;
    this.#records = records;
    this.#uses = uses;
    this.#read();
    records.onChange(() => this.#read());
  }

  static async open(parts: OverridesParts): Promise<Overrides> {
    const { store, reportBug } = parts;
    const unreadable = new Set<string>();
    const records = await RecordSet.open({
      store,
      reportBug,
      collection: "overrides",
      schema: OVERRIDE_RECORD,
      onUnreadable: (key) => void unreadable.add(key),
    });
    const uses = await LazyRecords.open({
      store,
      reportBug,
      schema: USE_RECORD,
      collection: "override_uses",
    });
    return new Overrides(parts, { records, uses, unreadable });
  }

  /** By key. */
  list(): readonly Override[] {
    return this.#entries;
  }

  /** The one with this very key. @throws {Refusal} `invalid_value` */
  get(key: string): Override | undefined {
    const canonical = overrideKey(key, this.#parts.domains);
    return this.#entries.find((entry) => entry.key === canonical);
  }

  /** Keys of those that lead to an exchanger. */
  leadingTo(exchanger: string): string[] {
    return this.#entries.flatMap(({ key, target }) =>
      target.kind === "exchanger" && target.name === exchanger ? [key] : []
    );
  }

  use(key: string): Use | undefined {
    return this.#uses.get(key);
  }

  /** The narrowest one for a canonical domain. */
  match(domain: string): Override | undefined {
    return this.#table.find(domain);
  }

  /** An attempt goes by it. */
  noteUse(key: string): void {
    const hits = (this.#uses.get(key)?.hits ?? 0) + 1;
    this.#uses.put(key, { hits, lastUsedAt: nowSeconds(this.#parts.clock) });
  }

  /** @throws {Refusal} `invalid_value` */
  async set(change: OverrideChange): Promise<{
    override: Override;
    created: boolean;
  }> {
    const { domains, clock } = this.#parts;
    const key = overrideKey(change.key, domains);
    const target = parseTarget(change.target);
    checkOverride(target, change.options, domains);
    if (
      target.kind === "exchanger" && !this.#parts.hasExchanger(target.name)
    ) throw invalidTarget("there is no exchanger of this name");
    const before = this.#records.get(key);
    if (!before && this.#records.size >= MAX_OVERRIDES) {
      throw new Refusal("invalid_value", {
        field: "lookup_key",
        explanation: `There are ${MAX_OVERRIDES} entries, and can be no more`,
      });
    }
    const now = nowSeconds(clock);
    const record: OverrideRecord = {
      ...change.options,
      target: targetText(target),
      comment: change.comment ?? before?.comment ?? "",
      createdAt: before?.createdAt ?? now,
      updatedAt: now,
    };
    this.#unreadable.delete(key);
    await this.#records.put(key, record);
    return { override: { ...record, key, target }, created: !before };
  }

  /** Gives its key; undefined if there was none. @throws {Refusal} `invalid_value` */
  async remove(text: string): Promise<string | undefined> {
    const key = this.#records.get(text) // one that means nothing here goes, too
      ? text
      : overrideKey(text, this.#parts.domains);
    if (!this.#records.get(key)) return undefined;
    await this.#records.remove(key);
    await this.#uses.forget(key);
    return key;
  }

  /** Writes how often entries were used. @throws {Refusal} if the store takes nothing */
  async writeUses(): Promise<void> {
    await this.#uses.write((key) => this.#records.get(key) !== undefined);
  }

  close(): void {
    this.#records.close();
    this.#uses.close();
  }

  /** Records of an older program, or of one with other domains, may mean nothing here. */
  #read(): void {
    const { domains } = this.#parts;
    this.#entries = [...this.#records.values].flatMap(([written, record]) => {
      try {
        const key = overrideKey(written, domains);
        const target = parseTarget(record.target);
        checkOverride(target, record, domains);
        return [{ ...record, key, target }];
      } catch (error) {
        if (error instanceof Refusal) return [];
        throw error;
      }
    }).sort((a, b) => a.key < b.key ? -1 : 1);
    this.#parts.onIgnored(
      this.#unreadable.size + this.#records.size - this.#entries.length,
    );
    this.#table = new PatternTable(this.#entries.map((one) => [one.key, one]));
  }
}
