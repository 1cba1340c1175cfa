/**
 * Which of our domains a name stands for, and where clients of a domain
 * connect to.
 *
 * @module
 */
import type { Config } from "../config/schema.ts";
import { literalIp } from "../mail/address.ts";
import { hostnameOf } from "./certificates.ts";

type Names = Pick<Config, "server">;

/** All domains of ours, the primary one first. */
function domainsOf({ server }: Names): string[] {
  return [server.domain, ...server.domains];
}

/**
 * The domain whose page a Host field asks for: a domain, an alias, the name that
 * clients look for autoconfiguration at, or our host name. Whatever else leads
 * here gets the primary one, and is not repeated in any answer.
 *
 * @param host without port
 */
export function domainOfHost(config: Names, host: string): string {
  const { server } = config;
  const name = host.toLowerCase().replace(/\.$/, "");
  const asked = name.replace(/^autoconfig\./, "");
  const domains = domainsOf(config);
  const own = domains.find((domain) => [name, asked].includes(urlName(domain)));
  if (own !== undefined) return own;
  const alias = Object.entries(server.domainAliases).find(([from]) =>
    [name, asked].includes(urlName(from))
  );
  return alias?.[1] ?? server.domain;
}

/**
 * The name that clients of a domain connect to: its own where the certificate
 * names it, else that of the server.
 *
 * @returns DNS name or IP address without brackets
 */
export function connectName(
  config: Names,
  domain: string,
  isCovered: (name: string) => boolean,
): string {
  const fallback = hostnameOf(config);
  const own = literalIp(domain) ?? domain;
  if (domain === config.server.domain) return fallback;
  if (!domainsOf(config).includes(domain)) return fallback;
  return isCovered(own) ? own : fallback;
}

/** Every name that is us, as it stands in an URL. */
export function urlNames(config: Names): string[] {
  const { server } = config;
  const names = [
    hostnameOf(config),
    ...domainsOf(config),
    ...Object.keys(server.domainAliases),
  ];
  return [...new Set(names.map(urlName))];
}

/** Whether an MTA-STS policy is asked for under a name of ours (RFC 8461 §3.3), or under the names before it. */
export function isPolicyHost(config: Names, host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  return urlNames(config).includes(name.replace(/^mta-sts\./, ""));
}

/** A domain, an address literal or a bare address, as it stands in an URL. */
export function urlName(name: string): string {
  const ip = literalIp(name) ?? name;
  return ip.includes(":") ? `[${ip}]` : ip;
}
