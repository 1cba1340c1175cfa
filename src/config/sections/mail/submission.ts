/** How much our own users may send at once (RFC 6409). @module */
import { choice, integer } from "../../kinds.ts";
import { count, key, type Keys } from "../key.ts";

export const SUBMISSION = {
  "submission.max_connections": key(count, 1000, "Connections for submission"),
  "submission.max_connections_per_ip": key(
    count,
    200,
    "… from one address or IPv6 /64; mobile networks put many users behind one",
  ),
  "submission.max_per_user": key(count, 20, "… of one account"),
  "submission.send_per_minute": key(
    integer(0, 1_000_000),
    60,
    "Messages a minute from one account; 0: unlimited",
  ),
  "submission.send_burst": key(
    integer(1, 1_000_000),
    60,
    "Messages at once from one account",
  ),
  "submission.recipients_per_hour": key(
    integer(0, 100_000_000),
    20_000,
    "Recipients an hour from one account; 0: unlimited",
  ),
  "submission.rate_mode": key(
    choice("delay", "reject"),
    "delay",
    "Beyond that: slow down first, or refuse at once",
  ),
  "submission.max_delay_s": key(
    integer(0, 120),
    20,
    "Longest delay, in seconds, before refusing",
  ),
} as const satisfies Keys<"submission">;
