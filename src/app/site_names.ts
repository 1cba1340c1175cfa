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

/**
 * Whether a request is for one of our names: those above, with what clients and
 * servers put before them, our addresses, and what else the file says we are.
 *
 * @param host as it stands in an URL, without port
 */
export function isOwnHost(config: Config, host: string): boolean {
  const { server, acme, http, web, iroh } = config;
  const name = host.toLowerCase().replace(/\.$/, "");
  const relay = URL.parse(iroh.relayUrl)?.hostname;
  const names = [
    ...urlNames(config),
    ...[...server.publicIp, ...http.extraHosts].map(urlName),
    ...acme.extraNames,
    ...web.clientHost === undefined ? [] : [urlName(web.clientHost)],
    ...relay ? [relay] : [],
  ].map(canonical);
  const below = name.slice(name.indexOf(".") + 1);
  return names.includes(name) ||
    names.includes(name.replace(/^(?:autoconfig|mta-sts)\./, "")) ||
    acme.extraNames.includes(`*.${below}`);
}

/** One spelling of an IPv6 address. */
function canonical(name: string): string {
  return name.startsWith("[")
    ? URL.parse(`http://${name}`)?.hostname ?? name
    : name.toLowerCase();
}

/** Whether an MTA-STS policy is asked for where others look for ours (RFC 8461 §3.3). */
export function isPolicyHost(config: Names, host: string): boolean {
  const name = host.toLowerCase().replace(/\.$/, "");
  return name.startsWith("mta-sts.") &&
    urlNames(config).includes(name.slice("mta-sts.".length));
}

/** One of the names that only the file knows of; without brackets. */
export function extraHost(
  { http }: Pick<Config, "http">,
  host: string,
): string | undefined {
  return http.extraHosts.find((name) => canonical(urlName(name)) === host);
}

/** A domain, an address literal or a bare address, as it stands in an URL. */
export function urlName(name: string): string {
  const ip = literalIp(name) ?? name;
  return ip.includes(":") ? `[${ip}]` : ip;
}
