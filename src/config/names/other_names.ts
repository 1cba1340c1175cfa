/**
 * Keys under the names that other documents of this relay have for them: read as
 * what they are called here, with their values in the units that are here.
 *
 * @module
 */
import { parseDuration } from "../../base/durations.ts";

export interface OtherName {
  /** Of the schema. */
  readonly key: string;
  /** Leaves what it cannot read to the kind of the key, which says what is wrong. */
  read(value: unknown): unknown;
}

const same = (value: unknown) => value;

/** "10s" where a number of seconds is meant. */
function seconds(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return parseDuration(value);
  } catch {
    return value;
  }
}

const perHour = (value: unknown) =>
  typeof value === "number" ? 60 * value : value;
const megabytes = (value: unknown) =>
  typeof value === "number" ? `${value}M` : value;

const named = (key: string, read = same): OtherName => ({ key, read });

export const OTHER_KEYS: Readonly<Record<string, OtherName>> = {
  "http.listen": named("listen.http"),
  "http.listen_tls": named("listen.https"),
  "http.header_timeout": named("http.header_timeout_s", seconds),
  "http.body_timeout": named("http.body_timeout_s", seconds),
  "web.registration_min_free_disk_mb": named(
    "registration.min_free_disk",
    megabytes,
  ),
  "web.limits.new_per_minute": named("registration.per_ip_per_hour", perHour),
  "web.limits.new_burst": named("registration.per_ip_burst"),
  "web.limits.new_global_per_minute": named("registration.global_per_minute"),
  "web.limits.share_per_10min": named("sharing.per_ten_minutes"),
  "web.limits.pages_per_second": named("web.pages_per_second"),
  "web.limits.webimap_requests_per_minute": named(
    "webmail.requests_per_minute",
  ),
};

/** Whether such names are below this one, as in `[web.limits]`. */
export function isSectionOfOthers(name: string): boolean {
  return Object.keys(OTHER_KEYS).some((key) => key.startsWith(`${name}.`));
}
