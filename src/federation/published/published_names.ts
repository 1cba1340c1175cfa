/**
 * What others find of us under our names: the records, whether they are there,
 * and whether mail can be brought to where they lead.
 *
 * @module
 */
import { isIPv6 } from "node:net";
import type { Clock, Timers } from "../../base/clock.ts";
import { canonicalAddress } from "../../dns/address_kind.ts";
import { DnsFailure } from "../../dns/answers.ts";
import type { DkimKeys } from "../dkim/dkim_keys.ts";
import { probeMxdeliv, type ProbeProblem } from "./mxdeliv_probe.ts";
import type { PublishedRecord } from "./record.ts";
import { type PublishedFacts, publishedRecords } from "./records.ts";
import {
  addressesOf,
  checkRecord,
  type LookUps,
  type RecordCheck,
} from "./record_check.ts";

export interface PublishedNamesParts {
  readonly keys: DkimKeys;
  /** That remember nothing yet: whoever asks has just changed something. */
  lookUps(): LookUps;
  /** But for the keys. */
  facts(): Omit<PublishedFacts, "keys">;
  /** Why the certificate will not do for a name; undefined if it will. */
  certificateProblem(name: string): string | undefined;
  readonly clock: Clock;
  readonly timers: Timers;
  /** 443, but in tests. */
  readonly httpsPort: number;
  /** PEM, trusted beside the roots of the system. */
  readonly roots?: readonly string[];
}

/** Whether mail can be brought to a host. */
export interface HostCheck {
  readonly host: string;
  readonly problem: ProbeProblem;
}

/** An address that the DNS has of a name of ours, and that is not this server's. */
export interface StrayAddress {
  readonly name: string;
  readonly type: "A" | "AAAA";
  readonly address: string;
}

export interface NamesCheck {
  readonly records: readonly RecordCheck[];
  readonly strays: readonly StrayAddress[];
  /** Where mail is brought to, by the DNS. */
  readonly hosts: readonly HostCheck[];
}

const MAX_HOSTS = 5;

export class PublishedNames {
  readonly #parts: PublishedNamesParts;

  constructor(parts: PublishedNamesParts) {
    this.#parts = parts;
  }

  /** Makes keys that are missing. @throws {Error} why they cannot be made */
  async records(): Promise<PublishedRecord[]> {
    return publishedRecords(await this.#facts());
  }

  /** Asks the DNS, and each host that mail is brought to. */
  async check(): Promise<NamesCheck> {
    const facts = await this.#facts();
    const records = publishedRecords(facts);
    const dns = this.#parts.lookUps();
    const [checks, hosts, strays] = await Promise.all([
      Promise.all(
        records.map((record) => checkRecord(record, facts, dns)),
      ),
      this.#checkHosts(facts, dns),
      strayAddresses(records, dns),
    ]);
    return {
      records: checks.map((one) => this.#withPolicy(one)),
      hosts,
      strays,
    };
  }

  async #facts(): Promise<PublishedFacts> {
    const { keys, facts } = this.#parts;
    await keys.ready();
    return { ...facts(), keys: keys.published() };
  }

  /** A policy that cannot be fetched is none. */
  #withPolicy(check: RecordCheck): RecordCheck {
    const { record } = check;
    const isPolicy = record.type === "CNAME" &&
      record.name.startsWith("mta-sts.");
    if (!isPolicy || check.state !== "ok") return check;
    const problem = this.#parts.certificateProblem(record.name);
    return problem === undefined
      ? check
      : { ...check, state: "wrong", problem };
  }

  async #checkHosts(
    { domains }: PublishedFacts,
    dns: LookUps,
  ): Promise<HostCheck[]> {
    const found = await Promise.all(
      domains.map((domain) => mailHosts(domain, dns)),
    );
    const hosts = [...new Set(found.flat())].slice(0, MAX_HOSTS);
    return await Promise.all(hosts.map(async (host) => ({
      host,
      problem: await this.#probe(host, dns),
    })));
  }

  async #probe(host: string, dns: LookUps): Promise<ProbeProblem> {
    const { clock, timers, httpsPort, roots } = this.#parts;
    const addresses = await addressesOf(dns, host);
    if (!Array.isArray(addresses)) {
      return `It has no address: ${addresses.problem}`;
    }
    return await probeMxdeliv(host, addresses, {
      clock,
      timers,
      port: httpsPort,
      ...(roots ? { roots } : {}),
    });
  }
}

/** A domain without a mail exchanger is its own (RFC 5321 §5.1). */
async function mailHosts(domain: string, dns: LookUps): Promise<string[]> {
  try {
    const { values } = await dns.mailExchangers(domain);
    return values.map(({ host }) => host).filter((host) => host !== "");
  } catch (error) {
    if (error instanceof DnsFailure) return [domain];
    throw error;
  }
}

/** Where nobody knows the addresses of this server, none is another's. */
async function strayAddresses(
  records: readonly PublishedRecord[],
  dns: LookUps,
): Promise<readonly StrayAddress[]> {
  const ours = new Map<string, Set<string>>();
  for (const { type, name, value } of records) {
    if ((type !== "A" && type !== "AAAA") || value === "") continue;
    const known = ours.get(name) ?? new Set();
    ours.set(name, known.add(canonicalAddress(value)));
  }
  const found = await Promise.all(
    [...ours].map(async ([name, known]) => {
      const all = await addressesOf(dns, name);
      if (!Array.isArray(all)) return [];
      return all.filter((address) => !known.has(address)).map((address) => ({
        name,
        type: isIPv6(address) ? "AAAA" as const : "A" as const,
        address,
      }));
    }),
  );
  return found.flat();
}
