/**
 * Who asks when a reverse proxy stands before us. What a request says of its way
 * counts only as far as proxies said it that the operator trusts.
 *
 * @module
 */
import { isIP } from "node:net";
import { plainAddress } from "../base/peer_address.ts";
import { Networks } from "../net/networks.ts";
import type { HttpPeer } from "./peer.ts";

const MAX_HOPS = 32;

export class TrustedProxies {
  readonly #networks = new Networks();

  /** @param ranges Asked for each request. */
  constructor(readonly ranges: () => readonly string[]) {}

  includes(address: string): boolean {
    return this.#networks.includes(this.ranges(), address);
  }

  /**
   * From the right of X-Forwarded-For, the first address that is no trusted
   * proxy; the last one that can be read, if all are.
   */
  peerOf(headers: Headers, connected: HttpPeer): HttpPeer {
    if (!this.includes(connected.address)) {
      return isForwarded(headers)
        ? { ...connected, forwarded: true }
        : connected;
    }
    const scheme = headers.get("x-forwarded-proto")?.split(",").at(-1)?.trim();
    const secure = connected.secure || scheme?.toLowerCase() === "https";
    const hops = (headers.get("x-forwarded-for") ?? "").split(",");
    let { address } = connected;
    for (const hop of hops.slice(-MAX_HOPS).reverse()) {
      const plain = addressOf(hop.trim());
      if (plain === undefined) break;
      address = plain;
      if (!this.includes(address)) break;
    }
    return { address, secure };
  }
}

/** What proxies say of it, one or the other. */
const FORWARDED_FIELDS = [
  "forwarded",
  "via",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-real-ip",
];

/** Whether a proxy has passed a request on, so that whoever sent it is elsewhere. */
export function isForwarded(headers: Headers): boolean {
  return FORWARDED_FIELDS.some((name) => headers.has(name));
}

/** Some proxies add the port. */
function addressOf(hop: string): string | undefined {
  const bare = /^\[([0-9A-Fa-f:.]+)\](?::\d+)?$/.exec(hop)?.[1] ??
    /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(hop)?.[1] ?? hop;
  const plain = plainAddress(bare);
  return isIP(plain) === 0 ? undefined : plain;
}
