/**
 * What an admin has ruled about other domains, each entry for one domain, for
 * all below one (`*.example.org`), or for all there are (`*`).
 *
 * @module
 */
import { Refusal } from "../../base/refusal.ts";
import { parseDomain } from "../../mail/address.ts";
import type { LocalDomains } from "../../mail/local_domains.ts";

/** How mail reaches another relay; `http` is both kinds of `/mxdeliv`. */
export type Channel = "http" | "smtp";

/** What it does not say, the next wider rule does, and the mode in the end. */
export interface DomainRule {
  /** As `parsePattern` gives it. */
  readonly pattern: string;
  readonly action?: "allow" | "block";
  /** Which channels mail to it may take. */
  readonly channels?: Readonly<Partial<Record<Channel, "on" | "off">>>;
}

/** More than a pattern can have, so that what is longer stays none. */
const MAX_LENGTH = 260;

/**
 * The canonical form of a pattern.
 *
 * @throws {Refusal} `invalid_value`; also for a domain of ours, which no rule can be about
 */
export function parsePattern(text: string, domains: LocalDomains): string {
  const trimmed = text.slice(0, MAX_LENGTH).trim();
  if (trimmed === "*") return trimmed;
  const isWide = trimmed.startsWith("*.");
  const name = domainIn(isWide ? trimmed.slice(2) : trimmed);
  if (name === undefined || (isWide && name.startsWith("["))) {
    throw invalid("Write a domain, an IP address, *.domain or *");
  }
  if (!isWide && domains.isLocal(name)) {
    throw invalid("It is a domain of this server, whose mail stays here");
  }
  return isWide ? `*.${name}` : name;
}

/** Entries by their patterns, found for a domain from the narrowest to the widest. */
export class PatternTable<T> {
  readonly #entries: ReadonlyMap<string, T>;

  /** @param entries By canonical pattern. */
  constructor(entries: Iterable<readonly [pattern: string, entry: T]>) {
    this.#entries = new Map(entries);
  }

  /** @param domain Canonical. */
  *matches(domain: string): Generator<T> {
    if (this.#entries.size === 0) return;
    for (const pattern of patternsOf(domain)) {
      const entry = this.#entries.get(pattern);
      if (entry !== undefined) yield entry;
    }
  }

  /** The narrowest one. */
  find(domain: string): T | undefined {
    return this.matches(domain).next().value ?? undefined;
  }
}

/** All that can be about a domain, narrowest first. */
function* patternsOf(domain: string): Generator<string> {
  yield domain;
  if (!domain.startsWith("[")) {
    for (let dot = domain.indexOf("."); dot >= 0;) {
      yield `*${domain.slice(dot)}`;
      dot = domain.indexOf(".", dot + 1);
    }
  }
  yield "*";
}

function domainIn(text: string): string | undefined {
  try {
    return text === "" ? undefined : parseDomain(text);
  } catch {
    return undefined;
  }
}

function invalid(explanation: string): Refusal {
  return new Refusal("invalid_value", { field: "domain", explanation });
}
