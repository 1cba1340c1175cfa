/** Short links to contacts. @module */
import { days } from "../../../base/durations.ts";
import { duration, flag, integer, list } from "../../kinds.ts";
import { slugWord } from "../../web_kinds.ts";
import { key, type Keys } from "../key.ts";

export const SHARING = {
  "sharing.enabled": key(
    flag,
    true,
    "Anybody may make a short link to a contact; while web.stealth is on nobody can",
  ),
  "sharing.reserved_slugs": key(
    list(slugWord, { max: 1000 }),
    [],
    "Endings that nobody is given, besides those that this program needs",
  ),
  "sharing.max_age": key(
    duration(),
    0,
    "Age at which links are deleted; 0: never",
  ),
  "sharing.unused_after": key(
    duration(),
    days(365),
    "Links that nobody has looked at for so long are deleted; 0: never",
  ),
  "sharing.per_ten_minutes": key(
    integer(0, 1_000_000),
    5,
    "New links in ten minutes from one address; 0: unlimited",
  ),
} as const satisfies Keys<"sharing">;
