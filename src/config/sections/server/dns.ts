/** Whom look-ups are asked of. @module */
import { list, milliseconds } from "../../kinds.ts";
import { dnsServer } from "../../network_kinds.ts";
import { key, type Keys } from "../key.ts";

export const DNS = {
  "dns.servers": key(
    list(dnsServer, { max: 8 }),
    [],
    'DNS servers, as "192.0.2.53" or "[2001:db8::53]:5353"; empty: those of the system',
  ),
  "dns.timeout": key(
    milliseconds({ min: 100, max: 60_000 }),
    5000,
    "Until a server is given up; each is asked twice",
  ),
} as const satisfies Keys<"dns">;
