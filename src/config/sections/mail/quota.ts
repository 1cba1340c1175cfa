/** How much an account may hold, and what becomes of a full one. @module */
import { hours } from "../../../base/durations.ts";
import { choice, duration, integer, percent, size } from "../../kinds.ts";
import { GIB, key, type Keys } from "../key.ts";

export const QUOTA = {
  "quota.default": key(
    size(),
    GIB,
    "What an account may hold, unless it has a quota of its own",
  ),
  "quota.when_full": key(
    choice("expire_oldest", "reject"),
    "expire_oldest",
    "A full account: delete its oldest messages, or refuse new ones",
  ),
  "quota.trim_from": key(
    percent,
    75,
    "Percent of the quota from which the oldest messages are deleted …",
  ),
  "quota.trim_to": key(percent, 70, "… down to this"),
  "quota.protect": key(
    duration(),
    hours(24),
    "Messages younger than this are never deleted for it",
  ),
  "quota.flood_per_minute": key(
    integer(0, 1_000_000),
    10,
    "Messages of one sender to accounts that are full of younger ones, after the first 30; 0: any number",
  ),
} as const satisfies Keys<"quota">;
