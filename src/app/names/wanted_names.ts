/**
 * What a certificate from an authority is to be for. The name that clients
 * connect to has to be in it; others are, where they lead here.
 *
 * @module
 */
import { isIP } from "node:net";
import type { Config } from "../../config/schema.ts";
import { type Dns, DnsFailure } from "../../dns/answers.ts";
import { canonicalAddress } from "../../dns/address_kind.ts";
import { literalIp } from "../../mail/address.ts";
import type { WantedNames } from "../../tls/acme/renewer_parts.ts";
import { hostnameOf } from "../certificates.ts";

export type AddressLookUps = Pick<Dns, "ipv4" | "ipv6">;

/** @param ownAddresses public ones of this machine, as far as it knows them */
export async function wantedNames(
  config: Config,
  dns: AddressLookUps,
  ownAddresses: readonly string[],
): Promise<WantedNames> {
  const host = hostnameOf(config);
  const candidates = otherNames(config).filter((name) => name !== host);
  // whoever may write into the DNS need not be reached under a name
  if (config.acme.challenges[0] === "dns-01") {
    return { required: [host], optional: candidates, leftOut: [] };
  }
  const here = new Set([
    ...ownAddresses.map(canonicalAddress),
    ...isIP(host) ? [canonicalAddress(host)] : await addressesOf(dns, host),
  ]);
  const optional: string[] = [];
  const leftOut: WantedNames["leftOut"] = [];
  for (const name of candidates) {
    const found = await addressesFor(name, dns);
    if (found === undefined || found.some((one) => here.has(one))) {
      optional.push(name);
      continue;
    }
    const why = found.length === 0
      ? "it has no address in the DNS"
      : `it leads to ${found.join(", ")}, not here`;
    leftOut.push({ name, why, tried: false });
  }
  return { required: [host], optional, leftOut };
}

/** Of ours, each once, none that a wildcard stands for already. */
function otherNames({ server, mta_sts, acme }: Config): string[] {
  const domains = [server.domain, ...server.domains]
    .map((domain) => literalIp(domain) ?? domain);
  const policyHosts = mta_sts.mode === "none"
    ? []
    : domains.filter((domain) => isIP(domain) === 0)
      .map((domain) => `mta-sts.${domain}`); // RFC 8461 §3.3
  const all = [...new Set([...domains, ...policyHosts, ...acme.extraNames])];
  return all.filter((name) => {
    const parent = name.slice(name.indexOf(".") + 1);
    return isIP(name) !== 0 || !all.includes(`*.${parent}`) ||
      name.startsWith("*.");
  });
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
