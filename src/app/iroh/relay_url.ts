/** Where clients are told to find the relay for real-time channels. @module */
import type { ListenerName } from "../../config/listener_table.ts";
import type { ListenAddress } from "../../net/listener.ts";
import type { Settings } from "../../settings/settings.ts";
import { urlName } from "../site_names.ts";

export interface RelayUrlSource {
  readonly settings: Pick<Settings, "get">;
  /** What clients connect to, without brackets. */
  readonly name: string;
  /** Clients can verify the certificate for this name. */
  readonly isTrusted: boolean;
  bound(name: ListenerName): readonly ListenAddress[];
}

/**
 * Clients verify certificates of relays by public roots alone, whatever they
 * make of ours elsewhere: without one it is HTTP, whose contents are encrypted
 * by the devices themselves. They cannot verify an IPv6 literal either.
 *
 * @returns undefined if there is nothing to tell
 */
export function relayUrl(
  { settings, name, isTrusted, bound }: RelayUrlSource,
): string | undefined {
  if (!settings.get("iroh_enabled")) return undefined;
  const chosen = settings.get("iroh_relay_url");
  if (chosen !== "") return chosen;
  const ways = [
    ...isTrusted && !name.includes(":")
      ? [["https", "https", 443] as const]
      : [],
    ["http", "http", 80],
    ["http", "iroh", 80],
  ] as const;
  for (const [scheme, listener, usual] of ways) {
    const [at] = settings.get(`${listener}_local_only`) ? [] : bound(listener);
    if (!at) continue;
    const port = at.port === usual ? "" : `:${at.port}`;
    return `${scheme}://${urlName(name)}${port}`;
  }
  return undefined;
}
