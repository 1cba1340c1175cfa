/** Entries of the blocklist: an address, `*@domain` or `prefix*@domain`. @module */
import { Refusal } from "../base/refusal.ts";
import { type Address, domain, localPart } from "../mail/address.ts";
import type { LocalDomains } from "../mail/local_domains.ts";

/**
 * The canonical form of an entry.
 *
 * @throws {Refusal} `invalid_value`
 */
export function parseBlockPattern(text: string, domains: LocalDomains): string {
  const trimmed = text.trim();
  try {
    const [, prefix, name] = /^([^*@]*)\*@([^*@]+)$/.exec(trimmed) ?? [];
    if (prefix === undefined || name === undefined) {
      return withoutStar(domains.parse(trimmed));
    }
    // with a letter for the star it is an address, and has to obey its rules
    const probe = domains.parse(`${prefix}x@${name}`);
    return `${localPart(probe).slice(0, -1)}*@${domain(probe)}`;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Refusal("invalid_value", {
      explanation: "Write an address, *@domain or prefix*@domain",
    });
  }
}

/** Whether a canonical entry covers the address. */
export function isCovered(address: Address, pattern: string): boolean {
  const star = pattern.indexOf("*@");
  if (star < 0) return address === pattern;
  return domain(address) === pattern.slice(star + 2) &&
    localPart(address).startsWith(pattern.slice(0, star));
}

function withoutStar(address: Address): string {
  if (address.includes("*")) throw new SyntaxError("A star in the middle");
  return address;
}
