/** When mail and accounts are deleted. @module */
import { days } from "../../../base/durations.ts";
import { duration, flag, percent, size } from "../../kinds.ts";
import { key, type Keys } from "../key.ts";

export const RETENTION = {
  "retention.enabled": key(flag, true, "Delete old messages"),
  "retention.messages": key(
    duration(),
    days(20),
    "Age at which a message is deleted",
  ),
  "retention.large": key(
    duration(),
    days(7),
    "Age at which a large message is deleted once it was read; 0: as any other",
  ),
  "retention.large_size": key(
    size({ min: 1 }),
    200_000,
    "A message above this is large",
  ),
  "retention.unused_accounts": key(
    duration(),
    days(30),
    "Age at which an account is deleted that nobody ever logged in to; 0: never",
  ),
  "retention.inactive_accounts": key(
    duration(),
    days(90),
    "Time without a login after which an account is deleted; 0: never",
  ),
  "retention.inactive_warning": key(
    duration(),
    days(7),
    "An account that is to be deleted for want of logins gets one message so long before; 0: none",
  ),
  "retention.max_share": key(
    percent,
    25,
    "Most of all messages or accounts, in percent, that one run of a task deletes unasked; 100: any number",
  ),
  "retention.seen": key(
    flag,
    false,
    "Delete messages once they were read; bad for people with several devices",
  ),
  "retention.seen_grace": key(
    duration(),
    0,
    "Time between reading and deleting",
  ),
} as const satisfies Keys<"retention">;
