/**
 * Which addresses may be peers (RFC 8656 §21.1): the Internet, and nothing that
 * only this machine or its network can reach.
 *
 * @module
 */
import { BlockList, isIP } from "node:net";
import { familyOf, type TransportAddress } from "../proto/address.ts";
import type { TurnOptions } from "./options.ts";

/** Of the IANA registries of special-purpose addresses (RFC 6890 §2), what no peer on the Internet has. */
const DENIED_RANGES = [
  "0.0.0.0/8", // this network
  "10.0.0.0/8",
  "100.64.0.0/10", // carriers
  "127.0.0.0/8",
  "169.254.0.0/16", // link-local, and metadata of clouds
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15", // benchmarks
  "224.0.0.0/4", // multicast
  "240.0.0.0/4", // reserved, and broadcast
  "::/96", // unspecified, loopback, and IPv4 as it was once embedded
  "64:ff9b::/96", // IPv4 behind a translator
  "64:ff9b:1::/48",
  "100::/64", // discarded
  "2001::/32", // Teredo, which has an IPv4 address in it
  "2002::/16", // 6to4, which has one too
  "fc00::/7", // unique local
  "fe80::/10", // link-local
  "fec0::/10", // site-local
  "ff00::/8", // multicast
] as const;

/** Services of machines that the operator of the relay does not own. */
const FIRST_PEER_PORT = 1024;

export type PeerVerdict = "outside" | "relayed" | "forbidden";

export class PeerPolicy {
  readonly #denied: BlockList;
  readonly #allowed: BlockList;
  readonly #own: ReadonlySet<string>;
  readonly #relayed: ReadonlySet<string>;
  readonly #ports: readonly [number, number];

  constructor(options: TurnOptions) {
    this.#denied = blockList([...DENIED_RANGES, ...options.deniedPeers]);
    this.#allowed = blockList(options.allowedPeers);
    this.#own = new Set(options.ownAddresses);
    this.#relayed = new Set(Object.values(options.relayAddresses));
    this.#ports = options.relayPorts;
  }

  /** Of an address alone, as permissions are for. "relayed": our own relayed addresses. */
  host(hostname: string): PeerVerdict {
    if (this.#relayed.has(hostname)) return "relayed";
    if (isIP(hostname) === 0 || isMapped(hostname)) return "forbidden";
    if (this.#isAllowed(hostname)) return "outside";
    if (this.#own.has(hostname)) return "forbidden";
    return this.#denied.check(hostname, kindOf(hostname))
      ? "forbidden"
      : "outside";
  }

  /** Of an address and a port. */
  peer({ hostname, port }: TransportAddress): PeerVerdict {
    const verdict = this.host(hostname);
    const [first, last] = this.#ports;
    if (verdict === "relayed" && port >= first && port <= last) return verdict;
    // at our own address there are other services
    const mayBeOutside = verdict === "outside" ||
      verdict === "relayed" && this.#isAllowed(hostname);
    return mayBeOutside && port >= FIRST_PEER_PORT ? "outside" : "forbidden";
  }

  #isAllowed(hostname: string): boolean {
    return this.#allowed.check(hostname, kindOf(hostname));
  }
}

/** IPv4 in a form that messages do not have when they are read. */
function isMapped(hostname: string): boolean {
  return hostname.startsWith("::ffff:");
}

function kindOf(hostname: string): "ipv4" | "ipv6" {
  return familyOf(hostname) === 4 ? "ipv4" : "ipv6";
}

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = "", bits] = range.split("/");
    const family = kindOf(network);
    const prefix = Number(bits ?? (family === "ipv4" ? 32 : 128));
    list.addSubnet(network, prefix, family);
  }
  return list;
}
