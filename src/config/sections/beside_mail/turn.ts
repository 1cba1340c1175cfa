/** Calls (RFC 8489, RFC 8656). @module */
import { days, hours } from "../../../base/durations.ts";
import {
  duration,
  integer,
  list,
  optional,
  secret,
  size,
} from "../../kinds.ts";
import {
  hostName,
  ipAddress,
  network,
  turnRealm,
} from "../../network_kinds.ts";
import { key, type Keys, KIB } from "../key.ts";

export const TURN = {
  "turn.server": key(
    optional(hostName),
    undefined,
    "What clients of calls are told to connect to: a name or an IPv4 address; empty: the host name of the server",
  ),
  "turn.realm": key(
    turnRealm,
    "",
    "Realm of credentials, up to 32 characters; empty: the end of the host name",
  ),
  "turn.secret": key(
    secret,
    "",
    "What credentials are made of, where others make them too; empty: one of its own",
  ),
  "turn.ttl": key(
    duration({ min: hours(13), max: days(30) }),
    hours(24),
    "How long credentials last; clients fetch others twelve hours before the end",
  ),
  "turn.relay_ip": key(
    list(ipAddress, { max: 2 }),
    [],
    "Public addresses that calls are relayed at, one IPv4 and one IPv6 at most; empty: server.public_ip, else those of the interfaces",
  ),
  "turn.relay_port_min": key(
    integer(1024, 65_535),
    49_152,
    "First UDP port of relayed addresses",
  ),
  "turn.relay_port_max": key(
    integer(1024, 65_535),
    65_535,
    "Last UDP port of relayed addresses",
  ),
  "turn.max_allocations": key(
    integer(1, 16_384),
    2000,
    "Relayed addresses at once, of which a call has up to four",
  ),
  "turn.max_allocations_per_ip": key(
    integer(1, 16_384),
    50,
    "Relayed addresses at once for clients from one network",
  ),
  "turn.max_allocations_per_user": key(
    integer(1, 16_384),
    32,
    "Relayed addresses at once for one user; one more takes the place of the oldest",
  ),
  "turn.max_bandwidth": key(
    size(),
    512 * KIB,
    "Octets a second of one relayed address, in each direction; 0: unlimited",
  ),
  "turn.allow_peers": key(
    list(network),
    [],
    "Networks that may be called although they are private, as in a company",
  ),
  "turn.deny_peers": key(
    list(network),
    [],
    "Networks that may not be called, besides those that are private",
  ),
} as const satisfies Keys<"turn">;
