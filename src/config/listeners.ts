/** Where the relay is to listen, and what of it cannot be had together. @module */
import { isIPv6 } from "node:net";
import {
  LISTENER_NAMES,
  type ListenerName,
  perListener,
  transportsOf,
} from "./listener_table.ts";
import type { ListenAddress } from "./network_kinds.ts";
import { type Config, valueOf } from "./schema.ts";

export type Listeners = Readonly<
  Record<ListenerName, readonly ListenAddress[]>
>;

export interface Collision {
  readonly first: ListenerName;
  readonly second: ListenerName;
  readonly port: number;
}

/** As the file has them, without what settings change. */
export function fileListeners(config: Config): Listeners {
  const addresses = fileAddresses(config);
  return perListener((name, { switchedBy }) =>
    switchedBy === undefined || valueOf(config, switchedBy)
      ? addresses[name]
      : []
  );
}

/** The same for those that the file switches off, too. */
export function fileAddresses(config: Config): Listeners {
  return perListener((name) => joinFamilies(valueOf(config, `listen.${name}`)));
}

/** `0.0.0.0:p` and `[::]:p` of one service are every address, which is `:p`. */
function joinFamilies(addresses: readonly ListenAddress[]): ListenAddress[] {
  const has = (host: string, port: number) =>
    addresses.some((other) => other.host === host && other.port === port);
  return addresses.flatMap((address): ListenAddress[] => {
    const { host, port } = address;
    if (host === "0.0.0.0" && has("::", port)) return [{ port }];
    return host === "::" && has("0.0.0.0", port) ? [] : [address];
  });
}

/** Pairs that want the same port of the same address; TCP and UDP have ports of their own. */
export function collisions(listeners: Listeners): Collision[] {
  const found: Collision[] = [];
  const seen: { name: ListenerName; address: ListenAddress }[] = [];
  for (const name of LISTENER_NAMES) {
    for (const address of listeners[name]) {
      for (const earlier of seen) {
        if (!shareTransport(earlier.name, name)) continue;
        if (overlap(earlier.address, address)) {
          found.push({ first: earlier.name, second: name, port: address.port });
        }
      }
      seen.push({ name, address });
    }
  }
  return found;
}

function shareTransport(a: ListenerName, b: ListenerName): boolean {
  const theirs = transportsOf(b);
  return transportsOf(a).some((transport) => theirs.includes(transport));
}

function overlap(a: ListenAddress, b: ListenAddress): boolean {
  if (a.port !== b.port) return false;
  if (a.host === b.host) return true;
  if (coversAll(a.host)) return sameFamily(a.host, b.host);
  return coversAll(b.host) && sameFamily(a.host, b.host);
}

function coversAll(host: string | undefined): boolean {
  return host === "0.0.0.0" || coversBothFamilies(host);
}

/** `::` takes IPv4 as well, unless the kernel is told otherwise. */
function coversBothFamilies(host: string | undefined): boolean {
  return host === undefined || host === "::";
}

function sameFamily(a: string | undefined, b: string | undefined): boolean {
  if (coversBothFamilies(a) || coversBothFamilies(b)) return true;
  return isIPv6(a ?? "") === isIPv6(b ?? "");
}
