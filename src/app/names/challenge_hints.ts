/** What may be the matter when an authority cannot see that a name is ours. @module */
import { isIP } from "node:net";
import type { Config } from "../../config/schema.ts";
import { type Dns, DnsFailure } from "../../dns/answers.ts";
import { hostnameOf } from "../certificates.ts";
import type { ChallengeType } from "../../tls/acme/solvers.ts";
import { publicAddresses } from "./published.ts";
import { addressesOf, type AddressLookUps } from "./wanted_names.ts";

export type CaaLookUps = AddressLookUps & {
  zoneData(name: string, type: "CAA"): ReturnType<Dns["texts"]>;
};

const HINTS: Readonly<Record<ChallengeType, string>> = {
  "http-01":
    "For http-01 the authority comes to port 80 of that address: let it through every firewall, and leave the port to this server (listen.http)",
  "tls-alpn-01":
    "For tls-alpn-01 it comes to port 443 of that address, with TLS: what stands before this server (listen.https) has to pass the connection on as it is",
  "dns-01":
    "For dns-01 acme.dns_hook has to end only once all servers of the zone have the record",
};

/** Sentences for people, those that are sure first. */
export async function challengeHints(
  config: Config,
  dns: CaaLookUps,
): Promise<string[]> {
  const host = hostnameOf(config);
  const { challenges } = config.acme;
  const comesHere = challenges.some((type) => type !== "dns-01");
  return [
    ...(comesHere ? await addressHints(host, config, dns) : []),
    ...await issuerHints(host, dns),
    ...challenges.map((type) => HINTS[type]),
    "Authorities refuse those who ask too often: --staging tries without counting",
  ];
}

async function addressHints(
  host: string,
  config: Config,
  dns: AddressLookUps,
): Promise<string[]> {
  if (isIP(host)) return [];
  const found = await addressesOf(dns, host);
  if (found.length === 0) {
    return [`${host} has no address in the DNS: add A and AAAA records`];
  }
  const own = publicAddresses(config);
  const elsewhere = found.filter((address) => !own.includes(address));
  if (own.length === 0 || elsewhere.length === 0) return [];
  return [
    `${host} leads to ${elsewhere.join(", ")}, this server has ${
      own.join(", ")
    }: correct its records (a stale AAAA record is enough to fail), or server.public_ip`,
  ];
}

async function issuerHints(
  host: string,
  dns: CaaLookUps,
): Promise<string[]> {
  if (isIP(host)) return [];
  try {
    const { values } = await dns.zoneData(host, "CAA");
    return [`CAA records of ${host} allow: ${values.join(", ")}`];
  } catch (error) {
    if (error instanceof DnsFailure) return [];
    throw error;
  }
}
