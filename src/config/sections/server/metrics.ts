/** What a monitoring system is told, and what is kept for graphs. @module */
import { days, hours } from "../../../base/durations.ts";
import { duration, flag, list, text } from "../../kinds.ts";
import { listenAddress } from "../../network_kinds.ts";
import { atStart, key, type Keys } from "../key.ts";

export const METRICS = {
  "metrics.listen": atStart(
    list(listenAddress, { max: 8 }),
    [],
    'Where a monitoring system asks for /metrics, as "127.0.0.1:9749"; empty: nowhere',
  ),
  "metrics.token": key(
    text,
    "",
    "What it has to show, as bearer token or as the password of any user; empty: nothing",
  ),
  "metrics.allow_public": key(
    flag,
    false,
    "Let it listen at other addresses than loopback without a token",
  ),
  "metrics.compat_maddy": key(
    flag,
    false,
    "Tell some numbers under the names that madmail has for them too",
  ),
  "metrics.history_enabled": key(
    flag,
    true,
    "Keep what is measured of the relay, for graphs; numbers about nobody",
  ),
  "metrics.history_minutes_keep": key(
    duration({ min: hours(1) }),
    hours(48),
    "How long by the minute; like the two below, of time in which the server ran",
  ),
  "metrics.history_quarters_keep": key(
    duration({ min: hours(1) }),
    days(30),
    "How long by the quarter of an hour",
  ),
  "metrics.history_hours_keep": key(
    duration({ min: hours(2) }),
    days(730),
    "How long by the hour",
  ),
} as const satisfies Keys<"metrics">;
