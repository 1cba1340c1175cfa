/** The tunnel of Shadowsocks. @module */
import {
  duration,
  flag,
  integer,
  list,
  optional,
  secret,
} from "../../kinds.ts";
import { hostName } from "../../network_kinds.ts";
import { shadowsocksCipher } from "../../tunnel_kinds.ts";
import { count, key, type Keys, MINUTES, seconds } from "../key.ts";

export const SHADOWSOCKS = {
  "shadowsocks.enabled": key(
    flag,
    false,
    "Clients may come through Shadowsocks",
  ),
  "shadowsocks.cipher": key(
    shadowsocksCipher,
    "chacha20-ietf-poly1305",
    "Cipher that clients have to use; the first is the fastest here by far",
  ),
  "shadowsocks.password": key(
    secret,
    "",
    "Password of all clients, for ciphers of 2022 a key in Base64; empty: made when it is needed first",
  ),
  "shadowsocks.host": key(
    optional(hostName),
    undefined,
    "Name or address in links for clients; empty: what clients connect to for mail",
  ),
  "shadowsocks.allowed_ports": key(
    list(integer(1, 65_535)),
    [],
    "Ports of this machine that clients may reach; empty: those of this server that clients use",
  ),
  "shadowsocks.handshake_timeout_s": key(
    seconds(1, 600),
    10,
    "Seconds in which a client must say what it wants",
  ),
  "shadowsocks.idle_timeout": key(
    duration({ min: 10 }),
    10 * MINUTES,
    "A connection ends when nothing has gone through it for so long",
  ),
  "shadowsocks.public": key(
    flag,
    false,
    "The web page shows the link to everybody who sees the page",
  ),
  "shadowsocks.max_connections": key(
    count,
    4096,
    "Connections for Shadowsocks",
  ),
  "shadowsocks.max_connections_per_ip": key(
    count,
    200,
    "Connections for Shadowsocks from one address",
  ),
} as const satisfies Keys<"shadowsocks">;
