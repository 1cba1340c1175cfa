/**
 * What is sampled of the relay, and kept: a series is a row here. Each is the
 * sum of some series of one family of metrics; counters become rates.
 *
 * None of them is about one account or one other domain, and there are at most
 * `MAX_SERIES`, so that a store of two years stays small.
 *
 * @module
 */
import { TRAFFIC_CATEGORIES, type TrafficCategory } from "../traffic.ts";
import { type FamilyName, familyNamed } from "../metrics/families.ts";
import type { Sample } from "../metrics/metrics.ts";

export const MAX_SERIES = 60;

/** What a value is; the three in the middle are rates of counters. */
export type SeriesUnit =
  | "count"
  | "bytes"
  | "seconds"
  | "per_minute"
  | "bytes_per_second"
  | "percent";

/** Of a rate: by what a change in one second is multiplied. */
const RATES: Partial<Record<SeriesUnit, number>> = {
  per_minute: 60,
  bytes_per_second: 1,
  percent: 100,
};

interface Row {
  readonly family: FamilyName;
  readonly unit: SeriesUnit;
  readonly summary: string;
  /** Values of labels: of others it is not about. */
  readonly only?: Readonly<Record<string, readonly string[]>>;
  /** Values of labels that are left out. */
  readonly except?: Readonly<Record<string, readonly string[]>>;
}

const FAILED = ["refused", "deferred", "unreached"];
const HTTP = ["https", "http"];
const SMTP = ["smtp", "smtps"];

type NetworkSeries = `network.${TrafficCategory}.${"in" | "out"}`;

/** As `bandwidth` has it. */
function networkSeries(): Record<NetworkSeries, Row> {
  const rows = TRAFFIC_CATEGORIES.flatMap((category) =>
    (["in", "out"] as const).map((direction) => [
      `network.${category}.${direction}`,
      {
        family: "bandwidth_bytes_total",
        only: { category: [category], direction: [direction] },
        unit: "bytes_per_second",
        summary: `Octets of ${category}, ${direction}`,
      } satisfies Row,
    ])
  );
  return Object.fromEntries(rows) as Record<NetworkSeries, Row>;
}

const SERIES = {
  "messages.sent": {
    family: "messages_total",
    only: { direction: ["submission"], result: ["accepted"] },
    unit: "per_minute",
    summary: "Messages that our users have sent",
  },
  "messages.received": {
    family: "messages_total",
    only: { direction: ["inbound"], result: ["accepted"] },
    unit: "per_minute",
    summary: "Messages from other servers",
  },
  "messages.delivered": {
    family: "messages_total",
    only: { direction: ["local"], result: ["delivered"] },
    unit: "per_minute",
    summary: "Copies that came into mailboxes here",
  },
  "messages.out": {
    family: "messages_total",
    only: { direction: ["outbound"], result: ["delivered"] },
    unit: "per_minute",
    summary: "Recipients elsewhere who got their mail",
  },
  "messages.refused": {
    family: "refusals_total",
    unit: "per_minute",
    summary: "How often somebody was told no",
  },
  "federation.http.ok": {
    family: "delivery_attempts_total",
    only: { transport: HTTP, result: ["delivered"] },
    unit: "per_minute",
    summary: "Attempts over HTTP that brought mail to other servers",
  },
  "federation.http.failed": {
    family: "delivery_attempts_total",
    only: { transport: HTTP, result: FAILED },
    unit: "per_minute",
    summary: "Attempts over HTTP that did not",
  },
  "federation.smtp.ok": {
    family: "delivery_attempts_total",
    only: { transport: SMTP, result: ["delivered"] },
    unit: "per_minute",
    summary: "Attempts over SMTP that brought mail to other servers",
  },
  "federation.smtp.failed": {
    family: "delivery_attempts_total",
    only: { transport: SMTP, result: FAILED },
    unit: "per_minute",
    summary: "Attempts over SMTP that did not",
  },
  "queue.length": {
    family: "queue_length",
    unit: "count",
    summary: "Messages that wait for other servers",
  },
  "queue.oldest": {
    family: "queue_oldest_seconds",
    unit: "seconds",
    summary: "How long the first of them to be given up has waited",
  },
  "connections.imap": {
    family: "connections",
    only: { service: ["imap"] },
    unit: "count",
    summary: "Connections of IMAP",
  },
  "connections.imap_idle": {
    family: "imap_idle_sessions",
    unit: "count",
    summary: "Sessions of IMAP that wait for mail",
  },
  "connections.smtp": {
    family: "connections",
    only: { service: ["smtp"] },
    unit: "count",
    summary: "Connections of other servers over SMTP",
  },
  "connections.submission": {
    family: "connections",
    only: { service: ["submission"] },
    unit: "count",
    summary: "Connections of users who send",
  },
  "connections.http": {
    family: "connections",
    only: { service: ["http"] },
    unit: "count",
    summary: "Connections of HTTP",
  },
  "connections.webmail": {
    family: "web_sessions",
    unit: "count",
    summary: "Logged-in sessions of web mail",
  },
  "connections.tunnels": {
    family: "ss_connections",
    unit: "count",
    summary: "Connections of Shadowsocks",
  },
  "connections.channels": {
    family: "iroh_clients",
    unit: "count",
    summary: "Devices connected for real-time channels",
  },
  ...networkSeries(),
  "storage.mail": {
    family: "storage_bytes",
    unit: "bytes",
    summary: "Octets of all messages, as quotas count them",
  },
  "storage.database": {
    family: "db_size_bytes",
    unit: "bytes",
    summary: "The database",
  },
  "storage.wal": {
    family: "db_wal_bytes",
    unit: "bytes",
    summary: "What is written ahead of the database",
  },
  "storage.free": {
    family: "disk_free_bytes",
    unit: "bytes",
    summary: "Room where the state directory is",
  },
  "accounts.total": {
    family: "accounts",
    unit: "count",
    summary: "Accounts",
  },
  "accounts.active": {
    family: "accounts_active",
    unit: "count",
    summary: "Accounts that logged in today or yesterday",
  },
  "accounts.new": {
    family: "registrations_total",
    only: { result: ["by_login", "on_the_web"] },
    unit: "per_minute",
    summary: "Accounts that people made",
  },
  "auth.failed": {
    family: "auth_total",
    except: { result: ["ok"] },
    unit: "per_minute",
    summary: "Logins that failed",
  },
  "process.cpu": {
    family: "process_cpu_seconds_total",
    unit: "percent",
    summary: "Share of one processor that the server uses",
  },
  "process.memory": {
    family: "process_resident_memory_bytes",
    unit: "bytes",
    summary: "Memory of the process",
  },
  "process.heap": {
    family: "process_heap_bytes",
    unit: "bytes",
    summary: "Of it, objects of the main thread",
  },
  "process.lag": {
    family: "event_loop_lag_max_seconds",
    unit: "seconds",
    summary: "How late the main thread was at most",
  },
  "process.files": {
    family: "process_open_fds",
    unit: "count",
    summary: "Open files and sockets",
  },
  "turn.allocations": {
    family: "turn_allocations",
    unit: "count",
    summary: "Relayed addresses that clients have in calls",
  },
  "push.sent": {
    family: "push_notifications_total",
    only: { result: ["sent"] },
    unit: "per_minute",
    summary: "Notifications for phones",
  },
  "push.failed": {
    family: "push_notifications_total",
    only: { result: ["refused", "failed", "dropped"] },
    unit: "per_minute",
    summary: "Notifications that the service did not take",
  },
} as const satisfies Record<string, Row>;

export type SeriesName = keyof typeof SERIES;

export const SERIES_NAMES = Object.keys(SERIES) as readonly SeriesName[];

/** It is there whenever anything is: how many rows it has is how long was sampled. */
export const REFERENCE: SeriesName = "process.memory";

/** The row without what the compiler knows of it. */
export function seriesNamed(name: SeriesName): Row {
  return SERIES[name];
}

export function isSeriesName(name: string): name is SeriesName {
  return Object.hasOwn(SERIES, name);
}

/** Whether it is untold while `privacy.counters` is off. */
export function isOfPeople(name: SeriesName): boolean {
  return familyNamed(SERIES[name].family).ofPeople === true;
}

/** By what a change in one second is multiplied; undefined: it is no rate. */
export function rateOf(name: SeriesName): number | undefined {
  return RATES[SERIES[name].unit];
}

/** What the samples of its family add up to; undefined: nobody knows. */
export function valueIn(
  name: SeriesName,
  samples: readonly Sample[],
): number | undefined {
  const { family, only = {}, except = {} } = seriesNamed(name);
  const { labels = [], type } = familyNamed(family);
  const isMeant = (sample: Sample) =>
    labels.every((label, i) => {
      const value = sample.labels[i]!;
      return (only[label]?.includes(value) ?? true) &&
        !except[label]?.includes(value);
    });
  const meant = samples.filter(isMeant);
  if (meant.length === 0 && type === "gauge") return undefined;
  return meant.reduce((sum, { value }) => sum + value, 0);
}
