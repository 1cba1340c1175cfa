/** At which addresses calls are relayed, and by what name clients find the server. @module */
import { isIP } from "node:net";
import type { ListenAddress as Wanted } from "../../config/network_kinds.ts";
import type { Config } from "../../config/schema.ts";
import { canonicalAddress, isPublicAddress } from "../../dns/address_kind.ts";
import type { Settings } from "../../settings/settings.ts";
import type { TurnOptions } from "../../turn/server/options.ts";
import { hostnameOf } from "../certificates.ts";
import { listInterfaces } from "./interfaces.ts";

export type RelayAddresses = TurnOptions["relayAddresses"];

/** What is known of the machine's addresses. */
export interface AddressSources {
  readonly settings: Pick<Settings, "get">;
  readonly config: Config;
  /** Where the server listens for clients. */
  readonly wanted: readonly Wanted[];
  /** What the DNS has for the host name. */
  readonly published: readonly string[];
}

/**
 * Of the first source that has any: what an admin says, an address that is the
 * name of the server, one that it listens at alone, a public one of an
 * interface, what the DNS says (behind a NAT). A private one that nobody named is
 * no address for people elsewhere: then there is none.
 */
export function relayAddresses(sources: AddressSources): RelayAddresses {
  const { settings, config, wanted, published } = sources;
  const interfaces = listInterfaces();
  const lists: readonly (readonly string[])[] = [
    settings.get("turn_relay_ip"),
    config.server.publicIp,
    [hostnameOf(config)].filter((name) => isIP(name) !== 0),
    wanted.flatMap(({ host }) => host === undefined ? [] : [host])
      .filter((host) => !/^(?:0\.0\.0\.0|::)$/.test(host)),
    interfaces.filter(isPublicAddress),
    published.filter(isPublicAddress),
  ];
  const chosen = lists.find((list) => list.length > 0) ?? [];
  const found: { 4?: string; 6?: string } = {};
  for (const address of chosen.map(canonicalAddress)) {
    found[isIP(address) === 6 ? 6 : 4] ??= address;
  }
  return found;
}

/**
 * What clients are told to connect to: a name or an IPv4 address, since what
 * they read ends at the first colon. undefined if there is neither.
 */
export function turnHost(
  { settings, config, wanted }: Omit<AddressSources, "published">,
  relayed: RelayAddresses,
): string | undefined {
  const named = settings.get("turn_server");
  if (named !== undefined && isIP(named) !== 6) return named;
  const hostname = hostnameOf(config);
  // a name leads to the public addresses, at which nobody may listen
  const listensEverywhere = wanted.some(({ host }) => host === undefined);
  if (listensEverywhere && isIP(hostname) === 0) return hostname;
  return relayed[4] ?? (isIP(hostname) === 6 ? undefined : hostname);
}
