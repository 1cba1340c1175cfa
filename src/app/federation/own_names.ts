/** What this relay calls itself to others, and where it answers itself. @module */
import { LISTENER_NAMES } from "../../config/listener_table.ts";
import type { Config } from "../../config/schema.ts";
import { canonicalAddress } from "../../dns/address_kind.ts";
import { parseDomain } from "../../mail/address.ts";
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
  const addresses = bound.some((one) => EVERY.has(one))
    ? [...bound, ...Deno.networkInterfaces().map(({ address }) => address)]
    : bound;
  return new Set(
    addresses.map((address) => canonicalAddress(address.split("%", 1)[0]!)),
  );
}

/** For EHLO: a domain, or an address literal (RFC 5321 §4.1.1.1). */
export function ehloName(
  settings: Pick<Settings, "get">,
  config: Config,
): string {
  return parseDomain(settings.get("smtp_hostname") ?? hostnameOf(config));
}
