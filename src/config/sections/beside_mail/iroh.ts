/** Real-time channels. @module */
import { flag, size } from "../../kinds.ts";
import { relayUrl } from "../../web_kinds.ts";
import { count, key, type Keys, MIB } from "../key.ts";

export const IROH = {
  "iroh.enabled": key(
    flag,
    true,
    "Pass on what devices in a chat send each other at once",
  ),
  "iroh.relay_url": key(
    relayUrl,
    "",
    "Where clients are told to go; empty: here, over HTTPS where the certificate is trusted, else over HTTP",
  ),
  "iroh.max_clients": key(count, 20_000, "Connections for it"),
  "iroh.max_clients_per_ip": key(
    count,
    100,
    "… from one address or IPv6 /64",
  ),
  "iroh.rx_rate": key(
    size(),
    4 * MIB,
    "Octets a second that one connection may send, the rest waits; 0: any number",
  ),
  "iroh.rx_burst": key(
    size({ min: MIB + 5 }),
    16 * MIB,
    "Octets at once, before that is so",
  ),
} as const satisfies Keys<"iroh">;
