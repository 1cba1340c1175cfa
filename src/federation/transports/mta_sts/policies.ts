/**
 * Policies of other domains (RFC 8461 §3.3, §5.1): one is fetched when its
 * record is new or it has grown too old, and counts until then although nothing
 * can be fetched. Who cannot give one is left alone for an hour.
 *
 * @module
 */
import { type Dns, DnsFailure } from "../../../dns/answers.ts";
import type { Records } from "../records.ts";
import {
  parsePolicy,
  stsId,
  type StsPolicy,
  type StsRecord,
} from "./policy.ts";

export interface StsPoliciesParts {
  readonly dns: Pick<Dns, "texts">;
  readonly records: Records<StsRecord>;
  /** Lived seconds of the store. */
  seconds(): number;
  /** Text of a domain's policy; undefined where none can be had. Never throws. */
  fetch(domain: string): Promise<string | undefined>;
  reportBug(error: unknown): void;
}

const MAX_POLICIES = 5000;
const RETRY_SECONDS = 3600;

export class StsPolicies {
  readonly #parts: StsPoliciesParts;
  readonly #known: Map<string, StsRecord>;
  /** When fetching failed last. */
  readonly #failed = new Map<string, number>();
  readonly #fetching = new Map<string, Promise<StsRecord | undefined>>();

  constructor(parts: StsPoliciesParts) {
    this.#parts = parts;
    this.#known = new Map(parts.records.values);
  }

  /** What counts for a domain now; undefined: nothing. */
  async find(domain: string): Promise<StsPolicy | undefined> {
    const id = await this.#id(domain);
    const known = this.#valid(domain);
    const isCurrent = known && (id === undefined || id === known.id);
    if (isCurrent || id === undefined) return known;
    return await this.#fetched(domain, id) ?? known;
  }

  async #id(domain: string): Promise<string | undefined> {
    try {
      const { values } = await this.#parts.dns.texts(`_mta-sts.${domain}`);
      return stsId(values);
    } catch (error) {
      if (error instanceof DnsFailure) return undefined;
      throw error;
    }
  }

  #valid(domain: string): StsRecord | undefined {
    const known = this.#known.get(domain);
    if (!known) return undefined;
    const age = this.#parts.seconds() - known.fetchedAt;
    return age < known.maxAgeSeconds ? known : undefined;
  }

  #fetched(domain: string, id: string): Promise<StsRecord | undefined> {
    const failedAt = this.#failed.get(domain);
    const now = this.#parts.seconds();
    if (failedAt !== undefined && now - failedAt < RETRY_SECONDS) {
      return Promise.resolve(undefined);
    }
    let fetching = this.#fetching.get(domain);
    if (!fetching) {
      fetching = this.#fetch(domain, id)
        .finally(() => this.#fetching.delete(domain));
      this.#fetching.set(domain, fetching);
    }
    return fetching;
  }

  async #fetch(domain: string, id: string): Promise<StsRecord | undefined> {
    const text = await this.#parts.fetch(domain);
    const policy = text === undefined ? undefined : parsePolicy(text);
    const now = this.#parts.seconds();
    this.#failed.delete(domain);
    if (!policy) {
      cut(this.#failed, MAX_POLICIES - 1);
      this.#failed.set(domain, now);
      return undefined;
    }
    const record = { ...policy, id, fetchedAt: now };
    this.#known.delete(domain);
    const gone = cut(this.#known, MAX_POLICIES - 1);
    this.#known.set(domain, record);
    void this.#write(domain, record, gone);
    return record;
  }

  async #write(
    key: string,
    value: StsRecord,
    gone: readonly string[],
  ): Promise<void> {
    const { records, reportBug } = this.#parts;
    try {
      await records.change({ put: [[key, value]], remove: gone });
    } catch (error) {
      reportBug(error);
    }
  }
}

/** The oldest go. */
function cut(map: Map<string, unknown>, size: number): string[] {
  const gone = [...map.keys()].slice(0, Math.max(0, map.size - size));
  for (const key of gone) map.delete(key);
  return gone;
}
