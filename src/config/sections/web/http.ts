/** Connections for HTTP, and which names they are answered under. @module */
import { days } from "../../../base/durations.ts";
import { duration, flag, list } from "../../kinds.ts";
import { hostName, network } from "../../network_kinds.ts";
import { redirecting, unknownHost } from "../../web_kinds.ts";
import { atStart, count, key, type Keys, seconds } from "../key.ts";

export const HTTP = {
  "http.alpn_mail": atStart(
    flag,
    true,
    "Serve IMAP and SMTP on the HTTPS port to clients that ask for them by ALPN",
  ),
  "http.max_connections": key(count, 4096, "Connections for HTTP"),
  "http.max_connections_per_ip": key(
    count,
    64,
    "… from one address or IPv6 /64",
  ),
  "http.header_timeout_s": key(
    seconds(1),
    10,
    "Seconds until a request head is there",
  ),
  "http.body_timeout_s": key(
    seconds(1),
    60,
    "Seconds between two reads of a request body",
  ),
  "http.idle_timeout_s": key(
    seconds(1),
    75,
    "Seconds a connection may wait for its next request",
  ),
  "http.write_stall_s": key(
    seconds(1),
    60,
    "Seconds in which a client must take a piece of the answer",
  ),
  "http.trusted_proxies": key(
    list(network),
    [],
    "Networks of reverse proxies: what they say in X-Forwarded-For and X-Forwarded-Proto counts",
  ),
  "http.redirect_to_https": key(
    redirecting,
    "auto",
    "Whether pages that are asked for in clear are led to HTTPS; auto: where browsers trust the certificate",
  ),
  "http.extra_hosts": key(
    list(hostName),
    [],
    "Names besides those of the server under which the site is also asked for, such as that of an onion service",
  ),
  "http.unknown_host": key(
    unknownHost,
    "serve",
    "What is asked for under any other name: serve: gets the site; 421: is refused; close: the connection ends without an answer",
  ),
  "http.allow_insecure_sensitive": key(
    flag,
    false,
    "Accounts are made, and mail, API and panel served, in clear too, to other machines: everybody on the way reads passwords and tokens",
  ),
  "http.hsts_max_age": key(
    duration({ min: 0, max: days(730) }),
    days(180),
    "How long browsers that came by HTTPS with a certificate that they trust come by nothing else (RFC 6797); 0: they are not told so",
  ),
  "http.autoconfig": key(
    flag,
    true,
    "Serve the autoconfiguration file of mail clients",
  ),
} as const satisfies Keys<"http">;
