/** Mail over HTTP. @module */
import { duration, flag, integer } from "../../kinds.ts";
import { webOrigins } from "../../web_kinds.ts";
import { key, type Keys, MINUTES } from "../key.ts";

export const WEBMAIL = {
  "webmail.webimap": key(
    flag,
    false,
    "Programs and web pages may read mail over HTTP (WebIMAP)",
  ),
  "webmail.websmtp": key(
    flag,
    false,
    "Programs and web pages may send mail over HTTP (WebSMTP)",
  ),
  "webmail.browser_client": key(
    flag,
    true,
    "Show a messenger at /app while both are on",
  ),
  "webmail.cors_origins": key(
    webOrigins,
    [],
    "Web pages of other origins that may; * is all of them",
  ),
  "webmail.allow_query_password": key(
    flag,
    true,
    "A WebSocket may be asked for with address and password in its URL, as older clients do",
  ),
  "webmail.max_sockets_per_account": key(
    integer(1, 1000),
    8,
    "WebSockets and requests that wait for mail, of one account",
  ),
  "webmail.max_sockets_per_ip": key(
    integer(1, 100_000),
    16,
    "WebSockets and requests that wait for mail, from one address",
  ),
  "webmail.long_poll_max": key(
    duration({ min: 0, max: 600 }),
    2 * MINUTES,
    "Longest time that a request may wait for mail",
  ),
  "webmail.requests_per_minute": key(
    integer(0, 1_000_000),
    600,
    "Requests of one account in a minute; 0 is no limit",
  ),
  "webmail.user_invites_per_month": key(
    integer(0, 10_000),
    0,
    "Invitations that each account may make in a month; 0 is none",
  ),
} as const satisfies Keys<"webmail">;
