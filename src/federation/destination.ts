/**
 * Which hosts take mail for a domain, and at which addresses they may be asked
 * (RFC 5321 §5.1): mail exchangers by preference, or the domain itself where it
 * names none. Names come from strangers, so none of them leads to a network
 * that only this machine can see, or back to this relay.
 *
 * @module
 */
import { canonicalAddress, isPublicAddress } from "../dns/address_kind.ts";
import { type Dns, DnsFailure, type Freshness } from "../dns/answers.ts";
import { literalIp } from "../mail/address.ts";

/** Why there is nobody to ask. */
export type NoWayReason =
  /** The domain takes no mail (RFC 7505 §3). */
  | "null_mx"
  | "no_such_domain"
  /** The domain exists, and names neither exchangers nor an address. */
  | "no_route"
  /** An exchanger that the domain names has no address. */
  | "no_host_address"
  | "not_public"
  /** It is this relay, for a domain that is not one of its own. */
  | "routing_loop"
  | "dns_temporary";

export interface NoWay {
  readonly kind: "no_way";
  readonly reason: NoWayReason;
  /** The name that it is about. */
  readonly name: string;
}

export interface MailHost {
  /** A host name, or an IP address without brackets. */
  readonly name: string;
  readonly source: "literal" | "exchanger" | "domain";
}

export type MailHosts =
  | {
    readonly kind: "hosts";
    /** Best first, each once, at least one. */
    readonly hosts: readonly MailHost[];
  }
  | NoWay;

export type HostAddresses =
  | {
    readonly kind: "addresses";
    /** At least one; the families by turns, beginning with IPv6 where there are both. */
    readonly addresses: readonly string[];
  }
  | NoWay;

export interface HostLookUp {
  readonly dns: Dns;
  /** From 0 up to 1: hosts of the same preference share the load. */
  random(): number;
  readonly freshness?: Freshness;
}

export interface AddressLookUp {
  readonly dns: Pick<Dns, "ipv4" | "ipv6">;
  readonly families: readonly ("ipv4" | "ipv6")[];
  readonly guard: AddressGuard;
}

/** Where no connection may lead. */
export interface AddressGuard {
  /** In canonical form: where this relay itself would answer, on the ports that mail goes to. */
  readonly own: ReadonlySet<string>;
  readonly allowPrivate: boolean;
}

/** A domain may name more; nobody waits for all of them. */
const MAX_HOSTS = 10;
const MAX_ADDRESSES = 8; // of one family

/**
 * Hosts that take mail for a canonical domain.
 *
 * @throws {Error} what the resolver throws besides `DnsFailure`
 */
export async function findMailHosts(
  domain: string,
  lookUp: HostLookUp,
): Promise<MailHosts> {
  const ip = literalIp(domain);
  if (ip !== undefined) {
    return { kind: "hosts", hosts: [{ name: ip, source: "literal" }] };
  }
  const found = await tried(
    lookUp.dns.mailExchangers(domain, lookUp.freshness),
  );
  if (found instanceof DnsFailure) return withoutExchangers(domain, found);
  const named = found.values.filter(({ host }) => host !== "");
  if (named.length === 0) return noWay("null_mx", domain);
  const ranked = named
    .map(({ preference, host }) => ({
      preference,
      host,
      lot: lookUp.random(),
    }))
    .sort((a, b) => a.preference - b.preference || a.lot - b.lot);
  const names = [...new Set(ranked.map(({ host }) => host))];
  const hosts = names.slice(0, MAX_HOSTS)
    .map((name) => ({ name, source: "exchanger" }) as const);
  return { kind: "hosts", hosts };
}

/**
 * Addresses of one of these hosts, without those that nobody may be led to.
 *
 * @throws {Error} what the resolver throws besides `DnsFailure`
 */
export async function findAddresses(
  host: MailHost,
  lookUp: AddressLookUp,
): Promise<HostAddresses> {
  const found = host.source === "literal"
    ? [host.name]
    : await addressesOf(host, lookUp);
  if (!Array.isArray(found)) return found;
  const verdicts = found.map((one) => judgeAddress(one, lookUp.guard));
  if (verdicts.includes("own")) return noWay("routing_loop", host.name);
  const addresses = found.filter((_, at) => verdicts[at] === "allowed");
  return addresses.length > 0
    ? { kind: "addresses", addresses }
    : noWay("not_public", host.name);
}

export type AddressVerdict = "allowed" | "own" | "not_public";

/** Whether mail may be taken to this address. What is no address is not public. */
export function judgeAddress(
  address: string,
  { own, allowPrivate }: AddressGuard,
): AddressVerdict {
  const canonical = canonicalOrNone(address);
  if (canonical === undefined) return "not_public";
  if (own.has(canonical)) return "own";
  return allowPrivate || isPublicAddress(canonical) ? "allowed" : "not_public";
}

/** A host as URLs (RFC 3986 §3.2.2) and Host fields have it. */
export function urlHost(name: string): string {
  return name.includes(":") ? `[${name}]` : name;
}

function withoutExchangers(domain: string, { problem }: DnsFailure): MailHosts {
  switch (problem) {
    case "no_data": // RFC 5321 §5.1: as if the domain named itself
      return { kind: "hosts", hosts: [{ name: domain, source: "domain" }] };
    case "no_such_name":
      return noWay("no_such_domain", domain);
    case "temporary":
      return noWay("dns_temporary", domain);
  }
}

async function addressesOf(
  { name, source }: MailHost,
  { dns, families }: AddressLookUp,
): Promise<string[] | NoWay> {
  const answers = await Promise.all(
    (["ipv6", "ipv4"] as const).map((family) =>
      families.includes(family) ? tried(dns[family](name)) : undefined
    ),
  );
  const lists = answers.map((answer) =>
    answer && !(answer instanceof DnsFailure)
      ? answer.values.slice(0, MAX_ADDRESSES)
      : []
  );
  const addresses = byTurns(lists);
  if (addresses.length > 0) return addresses;
  const failures = answers.filter((answer) => answer instanceof DnsFailure);
  if (failures.some(({ problem }) => problem === "temporary")) {
    return noWay("dns_temporary", name);
  }
  return noWay(source === "domain" ? "no_route" : "no_host_address", name);
}

function byTurns<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(...lists.map(({ length }) => length));
  return Array.from({ length: longest }, (_, at) => at)
    .flatMap((at) => lists.flatMap((list) => list.slice(at, at + 1)));
}

async function tried<T>(answer: Promise<T>): Promise<T | DnsFailure> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof DnsFailure) return error;
    throw error;
  }
}

function canonicalOrNone(address: string): string | undefined {
  try {
    return canonicalAddress(address);
  } catch {
    return undefined;
  }
}

function noWay(reason: NoWayReason, name: string): NoWay {
  return { kind: "no_way", reason, name };
}
