/** What passes through the network in a month. @module */
import { choice, flag, integer, size, text } from "../../kinds.ts";
import { key, type Keys } from "../key.ts";

export const BANDWIDTH = {
  "bandwidth.enabled": key(
    flag,
    true,
    "Write down hour by hour how much passes; off: nothing is added, nor is there a limit for a month",
  ),
  "bandwidth.monthly_cap": key(
    size(),
    0,
    "What may go out in a month: there is a warning from 80 percent on; 0: any amount",
  ),
  "bandwidth.cap_action": key(
    choice("none", "disable_relays"),
    "none",
    "What is done once that much has gone out: disable_relays has no calls relayed and no tunnels led until the month ends; mail always passes",
  ),
  "bandwidth.billing_day": key(
    integer(1, 28),
    1,
    "Day on which a month begins, UTC",
  ),
  "bandwidth.per_user": key(
    flag,
    false,
    "Count octets of each account in the month and on its days too, and messages that it sends in a day; not while privacy.counters is off",
  ),
  "bandwidth.interface": key(
    text,
    "",
    "Network interface to compare with, as eth0; empty: none",
  ),
} as const satisfies Keys<"bandwidth">;
