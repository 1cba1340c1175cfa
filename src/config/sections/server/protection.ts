/** What the server may use before it gives something up. @module */
import { flag, integer, milliseconds, size } from "../../kinds.ts";
import { key, type Keys, KIB, MIB } from "../key.ts";

export const PROTECTION = {
  "protection.enabled": key(flag, true, "Refuse what is said above"),
  "protection.max_memory": key(
    size(),
    0,
    "Memory of the server; 0: three quarters of what the machine or its container has",
  ),
  "protection.max_queued": key(
    integer(100, 100_000_000),
    200_000,
    "Messages that wait for other servers",
  ),
  "protection.max_lag": key(
    milliseconds({ min: 50, max: 60_000 }),
    2000,
    "How late the main thread may be on the average of some seconds",
  ),
  "protection.large_message": key(
    size({ min: 64 * KIB }),
    MIB,
    "A message above this is large",
  ),
} as const satisfies Keys<"protection">;
