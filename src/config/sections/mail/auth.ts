/** What proving a password costs, and how wrong ones are slowed. @module */
import { hours } from "../../../base/durations.ts";
import { duration, integer } from "../../kinds.ts";
import { key, type Keys } from "../key.ts";

export const AUTH = {
  "auth.hash_concurrency": key(
    integer(0, 256),
    0,
    "Slow password hashes at once; 0: one for each core",
  ),
  "auth.scrypt_ln": key(
    integer(12, 20),
    14,
    "Cost of hashing passwords that people made up: 2 to this power",
  ),
  "auth.verified_cache_ttl": key(
    duration(),
    hours(24),
    "How long a proven password need not be hashed again",
  ),
  "auth.verified_cache_entries": key(
    integer(0, 10_000_000),
    200_000,
    "Proven passwords remembered",
  ),
  "auth.fail_burst": key(
    integer(1, 100_000),
    20,
    "Failed logins at once from one network",
  ),
  "auth.fail_refill": key(
    duration({ min: 1, max: 86_400 }),
    10,
    "Time after which one more failed login is allowed",
  ),
  "auth.max_failures_per_connection": key(
    integer(1, 100),
    3,
    "Failed logins before a connection is closed",
  ),
  "auth.fail_delay_ms": key(
    integer(0, 60_000),
    1000,
    "Milliseconds until a failed login is answered",
  ),
} as const satisfies Keys<"auth">;
