/**
 * What there are to be certificates from an authority for: the name that
 * clients connect to, and others of ours where they lead here.
 *
 * @module
 */
import { isIP } from "node:net";
import type { Config } from "../../config/schema.ts";
import { type Dns, DnsFailure } from "../../dns/answers.ts";
import { canonicalAddress, isPublicAddress } from "../../dns/address_kind.ts";
import { hostnameOf } from "../certificates.ts";

export type AddressLookUps = Pick<Dns, "ipv4" | "ipv6">;

/**
 * Why a name is left to others; undefined for ours.
 *
 * @param ownAddresses public ones of this machine, as far as it knows them
 */
export async function leadsElsewhere(
  name: string,
  config: Config,
  dns: AddressLookUps,
  ownAddresses: readonly string[],
): Promise<string | undefined> {
  // whoever may write into the DNS need not be reached under a name
  if (config.acme.challenges[0] === "dns-01") return undefined;
  const found = await addressesFor(name, dns);
  if (found === undefined) return undefined;
  if (found.length === 0) return "it has no address in the DNS";
  const host = hostnameOf(config);
  const here = [
    ...ownAddresses.map(canonicalAddress),
    ...isIP(host) ? [canonicalAddress(host)] : await addressesOf(dns, host),
  ];
  return found.some((address) => here.includes(address))
    ? undefined
    : `it leads to ${found.join(", ")}, not here`;
}

/**
 * Why an authority would not find this machine by the name that clients connect
 * to; undefined where that is not sure: without an answer of the DNS, behind a
 * router, by addresses that only a network of its own knows.
 *
 * @param ownAddresses public ones of this machine, as far as it knows them
 */
export async function cannotBeFound(
  name: string,
  { acme }: Config,
  dns: AddressLookUps,
  ownAddresses: readonly string[],
): Promise<string | undefined> {
  if (acme.challenges.includes("dns-01") || isIP(name)) return undefined;
  const found = await addressesFor(name, dns);
  if (found === undefined) return undefined;
  if (found.length === 0) return `${name} has no address in the DNS`;
  const own = ownAddresses.map(canonicalAddress);
  const isKnown = own.some((address) => isIP(address) === 4) &&
    found.every(isPublicAddress);
  if (!isKnown || found.some((address) => own.includes(address))) {
    return undefined;
  }
  return `${name} leads to ${found.join(", ")}, this machine has ${
    own.join(", ")
  }`;
}

/** undefined where nobody can say: for a wildcard, or without an answer. The authority then decides. */
async function addressesFor(
  name: string,
  dns: AddressLookUps,
): Promise<readonly string[] | undefined> {
  if (name.startsWith("*.")) return undefined;
  if (isIP(name)) return [canonicalAddress(name)];
  try {
    return await certainAddresses(dns, name);
  } catch (error) {
    if (error instanceof DnsFailure) return undefined;
    throw error;
  }
}

/** Empty too where the DNS does not answer. */
export async function addressesOf(
  dns: AddressLookUps,
  name: string,
): Promise<readonly string[]> {
  try {
    return await certainAddresses(dns, name);
  } catch (error) {
    if (error instanceof DnsFailure) return [];
    throw error;
  }
}

/** @throws {DnsFailure} `temporary` */
async function certainAddresses(
  dns: AddressLookUps,
  name: string,
): Promise<readonly string[]> {
  const found = await Promise.all([dns.ipv4(name), dns.ipv6(name)].map(
    async (looking) => {
      try {
        return (await looking).values.map(canonicalAddress);
      } catch (error) {
        if (error instanceof DnsFailure && error.problem !== "temporary") {
          return [];
        }
        throw error;
      }
    },
  ));
  return found.flat();
}
