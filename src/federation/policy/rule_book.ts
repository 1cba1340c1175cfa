/**
 * Rules and dismissals as they are stored, and the policy that they make with
 * what is set: looked up in memory, changed in the store first.
 *
 * @module
 */
import * as v from "valibot";
import { type Clock, nowSeconds } from "../../base/clock.ts";
import { Refusal } from "../../base/refusal.ts";
import type { LocalDomains } from "../../mail/local_domains.ts";
import { LazyRecords } from "../../store/lazy_records.ts";
import { RecordSet, type RecordSetParts } from "../../store/record_set.ts";
import { FederationPolicy, type PolicyMode } from "./policy.ts";
import { type Channel, type DomainRule, parsePattern } from "./rules.ts";

export interface RuleBookParts {
  readonly store: RecordSetParts<unknown>["store"];
  readonly domains: LocalDomains;
  readonly clock: Clock;
  /** As they are now. */
  enabled(): boolean;
  mode(): PolicyMode;
  /** A rule that cannot be read counts as none. */
  onUnreadable(collection: string): void;
  reportBug(error: unknown): void;
}

export interface StoredRule extends DomainRule {
  readonly comment: string;
  /** Seconds since 1970 UTC. */
  readonly createdAt: number;
  /** Decisions that rested on it, and when the last one did. */
  readonly hits: number;
  readonly lastHitAt?: number;
}

export interface Dismissal {
  readonly pattern: string;
  /** Seconds since 1970 UTC. */
  readonly createdAt: number;
}

/** "default": what wider rules say. */
export type ChannelState = "on" | "off" | "default";

const RULES = "federation_rules";
const RULE_HITS = "federation_rule_hits";
const DISMISSED = "federation_dismissed";
/** All are in memory, and looked through when they are listed. */
const MAX_ENTRIES = 10_000;

const CHANNEL = v.optional(v.picklist(["on", "off"]));
const RULE = v.object({
  action: v.optional(v.picklist(["allow", "block"])),
  http: CHANNEL,
  smtp: CHANNEL,
  comment: v.optional(v.string()),
  created_at: v.number(),
});
const HITS = v.object({ hits: v.number(), last_hit_at: v.number() });
const DISMISSAL = v.object({ created_at: v.number() });

type RuleRecord = v.InferOutput<typeof RULE>;
type DismissalRecord = v.InferOutput<typeof DISMISSAL>;

interface Kept {
  readonly rules: RecordSet<RuleRecord>;
  readonly hits: LazyRecords<v.InferOutput<typeof HITS>>;
  readonly dismissed: RecordSet<DismissalRecord>;
}

export class RuleBook {
  readonly #parts: RuleBookParts;
  readonly #rules: RecordSet<RuleRecord>;
  readonly #hits: Kept["hits"];
  readonly #dismissed: RecordSet<DismissalRecord>;
  #policy:
    | { readonly of: PolicyMode; readonly made: FederationPolicy }
    | undefined;

  private constructor(
    parts: RuleBookParts,
    { rules, hits, dismissed }: Kept,
  ) {
    this.#parts = parts;
    this.#rules = rules;
    this.#hits = hits;
    this.#dismissed = dismissed;
    const forget = () => void (this.#policy = undefined);
    rules.onChange(forget);
    dismissed.onChange(forget);
  }

  static async open(parts: RuleBookParts): Promise<RuleBook> {
    const { store, reportBug } = parts;
    const shared = (collection: string) => ({
      store,
      collection,
      reportBug,
      onUnreadable: () => parts.onUnreadable(collection),
    });
    return new RuleBook(parts, {
      rules: await RecordSet.open({ ...shared(RULES), schema: RULE }),
      hits: await LazyRecords.open({ ...shared(RULE_HITS), schema: HITS }),
      dismissed: await RecordSet.open({
        ...shared(DISMISSED),
        schema: DISMISSAL,
      }),
    });
  }

  close(): void {
    this.#rules.close();
    this.#hits.close();
    this.#dismissed.close();
  }

  /** As it is at this moment: to be asked anew for each decision. */
  policy(): FederationPolicy {
    const enabled = this.#parts.enabled();
    const mode = this.#parts.mode();
    const known = this.#policy;
    if (known?.of === mode && known.made.enabled === enabled) return known.made;
    const made = new FederationPolicy(
      {
        enabled,
        mode,
        rules: this.rules(),
        dismissed: [...this.#dismissed.values.keys()],
      },
      this.#parts.domains,
      (pattern) => this.#hit(pattern),
    );
    this.#policy = { of: mode, made };
    return made;
  }

  /** By pattern. */
  rules(): StoredRule[] {
    return [...this.#rules.values]
      .map(([pattern, record]) => this.#stored(pattern, record))
      .sort(byPattern);
  }

  dismissed(): Dismissal[] {
    return [...this.#dismissed.values].map(([pattern, { created_at }]) => ({
      pattern,
      createdAt: created_at,
    })).sort(byPattern);
  }

  /**
   * Allows or blocks what a pattern is about; its channels stay as they are.
   *
   * @param comment What it is for; undefined: it stays as it is.
   * @throws {Refusal} `invalid_value`
   */
  async setAction(
    written: string,
    action: "allow" | "block",
    comment?: string,
  ): Promise<StoredRule> {
    const pattern = parsePattern(written, this.#parts.domains);
    return await this.#putRule(pattern, {
      ...this.#ruleAt(pattern),
      action,
      ...(comment !== undefined && { comment }),
    });
  }

  /**
   * Turns channels to what a pattern is about on or off. A rule that says
   * nothing any more is gone.
   *
   * @throws {Refusal} `invalid_value`
   */
  async setChannels(
    written: string,
    states: Readonly<Partial<Record<Channel, ChannelState>>>,
  ): Promise<StoredRule | undefined> {
    const pattern = parsePattern(written, this.#parts.domains);
    const record = { ...this.#ruleAt(pattern) };
    for (const channel of ["http", "smtp"] as const) {
      const state = states[channel];
      if (state === "default") delete record[channel];
      else if (state) record[channel] = state;
    }
    if (record.action ?? record.http ?? record.smtp) {
      return await this.#putRule(pattern, record);
    }
    await this.#rules.remove(pattern);
    return undefined;
  }

  /** @throws {Refusal} `invalid_value`, `not_found` */
  async removeRule(written: string): Promise<string> {
    const pattern = this.#known(written, this.#rules);
    await this.#rules.remove(pattern);
    await this.#hits.forget(pattern);
    return pattern;
  }

  /** Writes how often rules have decided. @throws {Refusal} if the store takes nothing */
  async writeHits(): Promise<void> {
    await this.#hits.write((pattern) => this.#rules.get(pattern) !== undefined);
  }

  /** Gives how many there were. */
  async flushRules(): Promise<number> {
    return await emptied(this.#rules);
  }

  /** @throws {Refusal} `invalid_value` */
  async dismiss(written: string): Promise<Dismissal> {
    const pattern = parsePattern(written, this.#parts.domains);
    const known = this.#dismissed.get(pattern);
    const created_at = known?.created_at ?? this.#now();
    checkRoom(this.#dismissed, pattern);
    await this.#dismissed.put(pattern, { created_at });
    return { pattern, createdAt: created_at };
  }

  /** @throws {Refusal} `invalid_value`, `not_found` */
  async undismiss(written: string): Promise<string> {
    const pattern = this.#known(written, this.#dismissed);
    await this.#dismissed.remove(pattern);
    return pattern;
  }

  /** Gives how many there were. */
  async flushDismissed(): Promise<number> {
    return await emptied(this.#dismissed);
  }

  #ruleAt(pattern: string): RuleRecord {
    return this.#rules.get(pattern) ?? { created_at: this.#now() };
  }

  async #putRule(pattern: string, record: RuleRecord): Promise<StoredRule> {
    checkRoom(this.#rules, pattern);
    await this.#rules.put(pattern, record);
    return this.#stored(pattern, record);
  }

  #stored(pattern: string, record: RuleRecord): StoredRule {
    const found = this.#hits.get(pattern);
    return {
      ...ruleOf(pattern, record),
      comment: record.comment ?? "",
      createdAt: record.created_at,
      hits: found?.hits ?? 0,
      ...(found && { lastHitAt: found.last_hit_at }),
    };
  }

  #hit(pattern: string): void {
    const hits = (this.#hits.get(pattern)?.hits ?? 0) + 1;
    this.#hits.put(pattern, { hits, last_hit_at: this.#now() });
  }

  #known(written: string, set: RecordSet<unknown>): string {
    const pattern = parsePattern(written, this.#parts.domains);
    if (set.get(pattern) !== undefined) return pattern;
    throw new Refusal("not_found", {
      explanation: `${pattern} is not on the list`,
    });
  }

  #now(): number {
    return nowSeconds(this.#parts.clock);
  }
}

function ruleOf(
  pattern: string,
  { action, http, smtp }: RuleRecord,
): DomainRule {
  return {
    pattern,
    ...(action && { action }),
    ...((http ?? smtp) && {
      channels: { ...(http && { http }), ...(smtp && { smtp }) },
    }),
  };
}

async function emptied(set: RecordSet<unknown>): Promise<number> {
  const keys = [...set.values.keys()];
  await set.change({ remove: keys });
  return keys.length;
}

/** @throws {Refusal} `invalid_value` */
function checkRoom(set: RecordSet<unknown>, key: string): void {
  if (set.size < MAX_ENTRIES || set.get(key) !== undefined) return;
  throw new Refusal("invalid_value", {
    field: "domain",
    explanation: `The list has ${MAX_ENTRIES} entries, and cannot have more`,
  });
}

function byPattern(
  a: { readonly pattern: string },
  b: { readonly pattern: string },
): number {
  return a.pattern < b.pattern ? -1 : 1;
}
