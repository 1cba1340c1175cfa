/** Addresses as the C library has them: struct sockaddr_in and sockaddr_in6 of Linux. @module */
import { addressOctets } from "../../base/peer_address.ts";
import { hostnameOf } from "../../turn/proto/address.ts";
import type { RelayTarget } from "../../turn/server/ports.ts";

// sys/socket.h; little-endian, as every machine that we run on
const AF_INET = 2;
const AF_INET6 = 10;
const IPV4_AT = 4;
const IPV4_END = 8;
const IPV6_AT = 8;
const IPV6_END = 24;
const SOCKADDR_IN_OCTETS = 16;
const SOCKADDR_IN6_OCTETS = 28;
const MAX_KEPT = 8192;

/** Who sent a datagram. */
export interface Source extends RelayTarget {
  /** For whom answers. */
  readonly octets: Uint8Array<ArrayBuffer>;
}

/** undefined for what is no IP address. */
export function encodeAddress(
  { hostname, port }: Pick<RelayTarget, "hostname" | "port">,
): Uint8Array<ArrayBuffer> | undefined {
  const address = addressOctets(hostname);
  if (!address) return undefined;
  const isIpv4 = address.length === IPV4_END - IPV4_AT;
  const octets = new Uint8Array(
    isIpv4 ? SOCKADDR_IN_OCTETS : SOCKADDR_IN6_OCTETS,
  );
  octets[0] = isIpv4 ? AF_INET : AF_INET6;
  octets[2] = port >> 8;
  octets[3] = port & 0xff;
  octets.set(address, isIpv4 ? IPV4_AT : IPV6_AT);
  return octets;
}

export function portOf(octets: Uint8Array): number {
  return octets[2]! << 8 | octets[3]!;
}

/** The same object for the same sender, while there are not too many others. */
export class Sources {
  readonly #byAddress = new Map<number | string, Source>();

  /** @param octets Written over by the next datagram. */
  find(octets: Uint8Array): Source {
    const key = octets[0] === AF_INET ? ipv4Key(octets) : ipv6Key(octets);
    const kept = this.#byAddress.get(key);
    if (kept) return kept;
    if (this.#byAddress.size >= MAX_KEPT) this.#byAddress.clear();
    const isIpv4 = octets[0] === AF_INET;
    const source: Source = {
      transport: "udp",
      hostname: hostnameOf(
        isIpv4
          ? octets.subarray(IPV4_AT, IPV4_END)
          : octets.subarray(IPV6_AT, IPV6_END),
      ),
      port: portOf(octets),
      octets: octets.slice(
        0,
        isIpv4 ? SOCKADDR_IN_OCTETS : SOCKADDR_IN6_OCTETS,
      ),
    };
    this.#byAddress.set(key, source);
    return source;
  }
}

/** Address and port, 48 bits. */
function ipv4Key(octets: Uint8Array): number {
  const low = octets[2]! << 16 | octets[3]! << 8 | octets[7]!;
  return low * 0x1000000 +
    (octets[4]! << 16 | octets[5]! << 8 | octets[6]!);
}

function ipv6Key(octets: Uint8Array): string {
  return String.fromCharCode(...octets.subarray(2, SOCKADDR_IN6_OCTETS));
}
