/** Entries of the blocklist: an address, `*@domain` or `prefix*@domain`. @module */
import { Refusal } from "../base/refusal.ts";
import { type Address, domain, localPart, lowerCase } from "../mail/address.ts";
import type { LocalDomains } from "../mail/local_domains.ts";

/** More than a pattern can have, so that what is longer stays no pattern. */
const MAX_LENGTH = 400;

/**
 * The canonical form of an entry.
 *
 * @throws {Refusal} `invalid_value`
 */
export function parseBlockPattern(text: string, domains: LocalDomains): string {
  const trimmed = text.slice(0, MAX_LENGTH).trim();
  try {
    const [, prefix, name] = /^([^*@]*)\*@([^*@]+)$/.exec(trimmed) ?? [];
    if (prefix === undefined || name === undefined) {
      return withoutStar(addressIn(trimmed, domains));
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

/** As accounts have it, or as another server may: those are not lower-case everywhere. */
function addressIn(text: string, domains: LocalDomains): Address {
  try {
    return domains.parse(text);
  } catch {
    return lowerCase(domains.parsePath(text));
  }
}

function withoutStar(address: Address): string {
  if (address.includes("*")) throw new SyntaxError("A star in the middle");
  return address;
}
