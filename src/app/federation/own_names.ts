/** What this relay calls itself to others, and where it answers itself. @module */
import { isIP } from "node:net";
import { LISTENER_NAMES } from "../../config/listener_table.ts";
import type { Config } from "../../config/schema.ts";
import { canonicalAddress } from "../../dns/address_kind.ts";
import { literalIp, parseDomain } from "../../mail/address.ts";
import type { Settings } from "../../settings/settings.ts";
import { hostnameOf } from "../certificates.ts";
import type { ServiceListeners } from "../service_listeners.ts";

const EVERY = new Set(["0.0.0.0", "::"]);

/** Canonical addresses on that port: also those of an interface that all listen at. */
export function ownAddresses(
  listeners: Pick<ServiceListeners, "bound">,
  port: number,
): ReadonlySet<string> {
  const bound = LISTENER_NAMES.flatMap((name) => listeners.bound(name))
    .filter((one) => one.port === port)
    .map(({ hostname }) => hostname);
  return bound.some((one) => EVERY.has(one))
    ? new Set([...bound.map(canonicalAddress), ...interfaceAddresses()])
    : new Set(bound.map(canonicalAddress));
}

/**
 * Which address to connect from, of those that this machine has. Who gets mail
 * of a domain that is an IP address expects it from there.
 */
export function outgoingFrom({ server, federation }: Config): OutgoingFrom {
  const { bindIpv4, bindIpv6, ipv4Only } = federation;
  const literal = literalIp(server.domain);
  const own = literal !== undefined && interfaceAddresses().includes(literal)
    ? literal
    : undefined;
  const ipv4 = bindIpv4 ?? (own && isIP(own) === 4 ? own : undefined);
  const ipv6 = bindIpv6 ?? (own && isIP(own) === 6 ? own : undefined);
  return {
    families: ipv4Only || (literal && isIP(literal) === 4)
      ? ["ipv4"]
      : literal
      ? ["ipv6"]
      : ["ipv6", "ipv4"],
    from: { ...(ipv4 && { ipv4 }), ...(ipv6 && { ipv6 }) },
  };
}

export interface OutgoingFrom {
  readonly families: readonly ("ipv4" | "ipv6")[];
  readonly from: { readonly ipv4?: string; readonly ipv6?: string };
}

function interfaceAddresses(): string[] {
  return Deno.networkInterfaces().map(({ address }) =>
    canonicalAddress(address.split("%", 1)[0]!)
  );
}

/** For EHLO: a domain, or an address literal (RFC 5321 §4.1.1.1). */
export function ehloName(
  settings: Pick<Settings, "get">,
  config: Config,
): string {
  return parseDomain(settings.get("smtp_hostname") ?? hostnameOf(config));
}
