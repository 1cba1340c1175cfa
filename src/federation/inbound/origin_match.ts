/**
 * Whether mail comes from where its author's domain is: its own addresses, those
 * of its mail exchangers, or what it lets send for it (SPF, RFC 7208).
 *
 * @module
 */
import { plainAddress } from "../../base/peer_address.ts";
import { type Dns, DnsFailure } from "../../dns/answers.ts";
import {
  domain as domainOf,
  findMailbox,
  parseDomain,
} from "../../mail/address.ts";

export type OriginMatch = "match" | "none" | "temporary";

export interface Arrival {
  /** IP address that it came from; undefined if somebody else brought it. */
  readonly peerAddress: string | undefined;
  /** Canonical; empty is the null reverse-path. */
  readonly reversePath: string;
}

const MAX_EXCHANGERS = 5;

/** An IP address as domains are written, so that two can be compared. */
export function literalOf(address: string): string | undefined {
  try {
    const literal = parseDomain(plainAddress(address));
    return literal.startsWith("[") ? literal : undefined;
  } catch {
    return undefined;
  }
}

/** @param domain Of the author, canonical, no IP address. */
export async function matchOrigin(
  dns: Dns,
  domain: string,
  { peerAddress, reversePath }: Arrival,
): Promise<OriginMatch> {
  const peer = peerAddress && literalOf(peerAddress);
  if (!peer || peerAddress === undefined) return "none";
  const look = new Look(dns, peer);
  if (await look.isOf(domain)) return "match";
  for (const host of await look.exchangers(domain)) {
    if (await look.isOf(host)) return "match";
  }
  const sender = findMailbox(reversePath);
  if (sender !== undefined && domainOf(sender) === domain) {
    const { checkSpf } = await import("../../mailauth/sender_policy.ts");
    const result = await checkSpf(dns, peerAddress, reversePath);
    if (result === "pass") return "match";
    look.isCertain &&= result !== "temperror";
  }
  return look.isCertain ? "none" : "temporary";
}

/** Look-ups, of which it is remembered whether one could not be made. */
class Look {
  isCertain = true;

  constructor(readonly dns: Dns, readonly peer: string) {}

  async isOf(host: string): Promise<boolean> {
    const { dns, peer } = this;
    const isIpv6 = peer.startsWith("[IPv6:");
    const addresses = await this.#values(() =>
      isIpv6 ? dns.ipv6(host) : dns.ipv4(host)
    );
    return addresses.some((one) => literalOf(one) === peer);
  }

  async exchangers(domain: string): Promise<string[]> {
    const found = await this.#values(() => this.dns.mailExchangers(domain));
    return found.filter(({ host }) => host !== "")
      .toSorted((a, b) => a.preference - b.preference)
      .slice(0, MAX_EXCHANGERS).map(({ host }) => host);
  }

  async #values<T>(
    ask: () => Promise<{ readonly values: readonly T[] }>,
  ): Promise<readonly T[]> {
    try {
      return (await ask()).values;
    } catch (error) {
      if (!(error instanceof DnsFailure)) throw error;
      if (error.problem === "temporary") this.isCertain = false;
      return [];
    }
  }
}
