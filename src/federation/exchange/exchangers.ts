/**
 * The exchangers that admins have named, with what came of them: kept in the
 * store, and asked in memory.
 *
 * @module
 */
import { type InferOutput, number, object, optional, string } from "valibot";
import { type Clock, nowSeconds } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import { Refusal } from "../../base/refusal.ts";
import type { LocalDomains } from "../../mail/local_domains.ts";
import { RecordSet, type RecordSetParts } from "../../store/record_set.ts";
import { LazyRecords } from "../../store/lazy_records.ts";
import { PatternTable } from "../policy/rules.ts";
import {
  changed,
  type Exchanger,
  EXCHANGER_RECORD,
  type ExchangerChange,
  exchangerName,
  type ExchangerRecord,
  has,
  invalid,
} from "./exchanger.ts";
import { newToken, tokenHash } from "./token.ts";

const STATUS_RECORD = object({
  /** Seconds since 1970 UTC. */
  lastPollAt: optional(number()),
  lastOkAt: optional(number()),
  /** For people, one line; absent while all is well. */
  lastError: optional(string()),
  /** Messages that it has brought. */
  pulled: number(),
  /** Messages that it has taken. */
  pushed: number(),
  /** Messages that it has fetched and acknowledged. */
  served: number(),
});
export type ExchangerStatus = InferOutput<typeof STATUS_RECORD>;

export interface ExchangersParts
  extends Pick<RecordSetParts<unknown>, "store" | "reportBug"> {
  readonly domains: LocalDomains;
  readonly clock: Clock;
  readonly random: Random;
  onUnreadable(name: string): void;
}

interface Kept {
  readonly records: RecordSet<ExchangerRecord>;
  readonly statuses: LazyRecords<ExchangerStatus>;
}

const MAX_EXCHANGERS = 200;
const UNUSED: ExchangerStatus = { pulled: 0, pushed: 0, served: 0 };

export class Exchangers {
  readonly #parts: ExchangersParts;
  readonly #records: RecordSet<ExchangerRecord>;
  readonly #statuses: LazyRecords<ExchangerStatus>;
  #all = new Map<string, Exchanger>();
  #always = new PatternTable<Exchanger>([]);
  #fallback = new PatternTable<Exchanger>([]);
  #byToken = new Map<string, Exchanger>();

  private constructor(parts: ExchangersParts, { records, statuses }: Kept) {
    this.#parts = parts;
    this.#records = records;
    this.#statuses = statuses;
    this.#read();
    records.onChange(() => this.#read());
  }

  static async open(parts: ExchangersParts): Promise<Exchangers> {
    const { store, reportBug, onUnreadable } = parts;
    const records = await RecordSet.open({
      store,
      reportBug,
      collection: "exchangers",
      schema: EXCHANGER_RECORD,
      onUnreadable,
    });
    const statuses = await LazyRecords.open({
      store,
      reportBug,
      collection: "exchanger_status",
      schema: STATUS_RECORD,
    });
    return new Exchangers(parts, { records, statuses });
  }

  /** By name. */
  list(): readonly Exchanger[] {
    return [...this.#all.values()];
  }

  /** @param name In lower case. */
  get(name: string): Exchanger | undefined {
    return this.#all.get(name);
  }

  /** @throws {Refusal} `not_found` */
  named(text: string): Exchanger {
    const found = this.#all.get(text.slice(0, 100).trim().toLowerCase());
    if (found) return found;
    throw new Refusal("not_found", {
      explanation: "There is no such exchanger",
    });
  }

  status(name: string): ExchangerStatus {
    return this.#statuses.get(name) ?? UNUSED;
  }

  /** What is given replaces what was noted before. */
  note(name: string, news: Partial<ExchangerStatus>): void {
    this.#statuses.put(name, { ...this.status(name), ...news });
  }

  count(
    name: string,
    what: "pulled" | "pushed" | "served",
    messages: number,
  ): void {
    if (messages === 0) return;
    this.note(name, { [what]: this.status(name)[what] + messages });
  }

  /**
   * Makes one, or changes one that exists. One that is to ask us needs a token:
   * without any it gets a new one, which is told here and never again.
   *
   * @throws {Refusal} `invalid_value`
   */
  async put(written: string, change: ExchangerChange): Promise<{
    exchanger: Exchanger;
    created: boolean;
    token?: string;
  }> {
    const { domains, clock, random } = this.#parts;
    const name = exchangerName(written);
    const before = this.#records.get(name);
    if (!before && this.#records.size >= MAX_EXCHANGERS) {
      throw invalid("name", `there are ${MAX_EXCHANGERS}, and can be no more`);
    }
    const rules = { domains, now: nowSeconds(clock) };
    const wanted = changed(before, change, rules);
    const lacks = has(wanted, "serve") && wanted.tokenHash === undefined;
    const token = lacks ? newToken(random) : undefined;
    const record = token === undefined
      ? wanted
      : changed(before, { ...change, token }, rules);
    this.#checkToken(name, record);
    await this.#records.put(name, record);
    return {
      exchanger: { ...record, name },
      created: !before,
      ...(token !== undefined && { token }),
    };
  }

  /** Another token: the given one, or a new one, which is told here and never again. @throws {Refusal} `not_found`, `invalid_value` */
  async setToken(written: string, given?: string): Promise<{
    exchanger: Exchanger;
    token?: string;
  }> {
    const { name, roles } = this.named(written);
    if (given === undefined && !roles.includes("serve")) {
      throw invalid("token", "the exchanger gives it: it has to be said here");
    }
    const token = given ?? newToken(this.#parts.random);
    const { exchanger } = await this.put(name, { token });
    return { exchanger, ...(given === undefined && { token }) };
  }

  /** @throws {Refusal} `not_found` */
  async remove(written: string): Promise<string> {
    const { name } = this.named(written);
    await this.#records.remove(name);
    await this.#statuses.forget(name);
    return name;
  }

  /** The one that carries mail to this canonical domain in place of all other ways. */
  carrier(domain: string): Exchanger | undefined {
    return this.#always.find(domain);
  }

  /** The one that it is pushed to when the direct ways have failed for now. */
  fallback(domain: string): Exchanger | undefined {
    return this.#fallback.find(domain);
  }

  /** Whether anybody may ask, now or when an admin lets them again. */
  get areServed(): boolean {
    return this.list().some((one) => has(one, "serve"));
  }

  /** Who asks with this token; one that is disabled is nobody. */
  bearer(token: string): Exchanger | undefined {
    const found = this.#byToken.get(tokenHash(token));
    return found?.enabled ? found : undefined;
  }

  /** After each change, whoever made it. May not throw. */
  onChange(listener: () => void): () => void {
    return this.#records.onChange(listener);
  }

  /** @throws {Refusal} if the store takes nothing */
  async write(): Promise<void> {
    await this.#statuses.write((name) => this.#records.get(name) !== undefined);
  }

  close(): void {
    this.#records.close();
    this.#statuses.close();
  }

  /** Two with the same token could not be told apart. */
  #checkToken(name: string, { tokenHash: hash }: ExchangerRecord): void {
    const other = hash === undefined ? undefined : this.#byToken.get(hash);
    if (other && other.name !== name) {
      throw invalid("token", "another exchanger has it");
    }
  }

  #read(): void {
    const all = [...this.#records.values]
      .map(([name, record]): Exchanger => ({ ...record, name }))
      .sort((a, b) => a.name < b.name ? -1 : 1);
    this.#all = new Map(all.map((one) => [one.name, one]));
    const carrying = all.filter(({ enabled }) => enabled);
    this.#always = tableOf(
      carrying.filter((one) =>
        one.when === "always" && (has(one, "push") || has(one, "serve"))
      ),
    );
    this.#fallback = tableOf(
      carrying.filter((one) => one.when === "fallback" && has(one, "push")),
    );
    this.#byToken = new Map(
      all.flatMap((one) => one.tokenHash ? [[one.tokenHash, one]] : []),
    );
  }
}

/** Of two for the same domain the first by name. */
function tableOf(exchangers: readonly Exchanger[]): PatternTable<Exchanger> {
  return new PatternTable(
    exchangers.toReversed().flatMap((one) =>
      one.domains.map((domain) => [domain, one] as const)
    ),
  );
}
