/**
 * What a monitoring system is told, as values: a new family is a row here, and
 * one call where it is counted (`Metrics.tally`, `Metrics.observe`) or known
 * (`Metrics.provide`). A family that no part counts or knows is not told.
 * `docs/metrics.md` is a loop over this table.
 *
 * No label may hold anything about one user or one other domain.
 *
 * @module
 */

interface Row {
  /** A counter's name ends in `_total`. */
  readonly type: "counter" | "gauge";
  readonly help: string;
  readonly labels?: readonly string[];
  /** Of messages or accounts: untold when `privacy.counters` is off. */
  readonly ofPeople?: true;
}

interface HistogramRow {
  readonly type: "histogram";
  readonly help: string;
  readonly labels?: readonly string[];
  /** Upper ends, ascending; the last one without an end is added. */
  readonly buckets: readonly number[];
  readonly ofPeople?: true;
}

export type Family = Row | HistogramRow;

/** Of Prometheus (before its prefix), and of what other programs of this kind call theirs. */
export const PREFIX = "chatmail_";

const QUICK = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

export const FAMILIES = {
  build_info: {
    type: "gauge",
    help: "1; what runs is in the labels",
    labels: ["version", "commit"],
  },
  start_time_seconds: {
    type: "gauge",
    help: "When the server started, seconds since 1970 UTC",
  },
  process_resident_memory_bytes: {
    type: "gauge",
    help: "Memory of the process",
  },
  process_heap_bytes: {
    type: "gauge",
    help: "Of the memory, objects of the main thread",
  },
  process_cpu_seconds_total: {
    type: "counter",
    help: "Time that the process has computed, all threads together",
  },
  process_open_fds: { type: "gauge", help: "Open files and sockets" },
  event_loop_lag_seconds: {
    type: "histogram",
    help: "How much too late a timer of the main thread was",
    buckets: QUICK,
  },
  event_loop_lag_max_seconds: {
    type: "gauge",
    help: "How late the main thread was at most in the last ten seconds",
  },
  connections: {
    type: "gauge",
    help: "Open connections",
    labels: ["service"],
  },
  connections_total: {
    type: "counter",
    help: "Connections that were served",
    labels: ["service"],
  },
  connections_rejected_total: {
    type: "counter",
    help: "Connections that were turned away",
    labels: ["service", "reason"],
  },
  connections_cut_total: {
    type: "counter",
    help:
      "Connections that were ended for what the peer did, or did not do (a WebSocket: bad_frame, not_text, large_message); late_answer: our answer took too long",
    labels: ["service", "reason"],
  },
  auth_total: {
    type: "counter",
    help: "Logins",
    labels: ["service", "result"],
    ofPeople: true,
  },
  smtp_transactions_total: {
    type: "counter",
    help: "Mail transactions over SMTP",
    labels: ["module", "result"],
    ofPeople: true,
  },
  smtp_errors_total: {
    type: "counter",
    help: "Replies over SMTP that say no",
    labels: ["module", "command", "code", "enhanced"],
  },
  messages_total: {
    type: "counter",
    help:
      "Messages: inbound and submission are those that came, local are copies in mailboxes, outbound are recipients elsewhere",
    labels: ["direction", "result"],
    ofPeople: true,
  },
  message_bytes_total: {
    type: "counter",
    help: "Octets of messages that were accepted",
    labels: ["direction"],
    ofPeople: true,
  },
  refusals_total: {
    type: "counter",
    help: "How often somebody was told no, by any protocol",
    labels: ["reason"],
    ofPeople: true,
  },
  bugs_total: {
    type: "counter",
    help: "Errors of the program itself",
  },
  imap_commands_total: {
    type: "counter",
    help: "IMAP commands",
    labels: ["command", "result"],
    ofPeople: true,
  },
  imap_idle_sessions: {
    type: "gauge",
    help: "Sessions that wait in IDLE",
    ofPeople: true,
  },
  imap_push_latency_seconds: {
    type: "histogram",
    help:
      "From the last octet of a message to EXISTS in a session that waits in IDLE",
    buckets: QUICK,
    ofPeople: true,
  },
  web_sessions: {
    type: "gauge",
    help: "Logged-in sessions of web mail",
    ofPeople: true,
  },
  push_notifications_total: {
    type: "counter",
    help:
      "Notifications for phones: sent, gone (the device is), refused or failed attempts, dropped (given up)",
    labels: ["result"],
    ofPeople: true,
  },
  push_queue_length: {
    type: "gauge",
    help: "Devices that wait to be woken",
    ofPeople: true,
  },
  delivery_attempts_total: {
    type: "counter",
    help: "Ways that were tried to bring mail to other servers",
    labels: ["transport", "result"],
    ofPeople: true,
  },
  queue_length: {
    type: "gauge",
    help: "Messages that wait for other servers",
    ofPeople: true,
  },
  queue_oldest_seconds: {
    type: "gauge",
    help: "How long the message has waited that is given up first",
    ofPeople: true,
  },
  writer_queue_bytes: {
    type: "gauge",
    help: "Octets of writes to the database that wait for their turn",
  },
  accounts: { type: "gauge", help: "Accounts", ofPeople: true },
  accounts_active: {
    type: "gauge",
    help: "Accounts that logged in today or yesterday",
    ofPeople: true,
  },
  registrations_total: {
    type: "counter",
    help: "Accounts that were asked for on the web or by a first login",
    labels: ["result"],
    ofPeople: true,
  },
  storage_bytes: {
    type: "gauge",
    help: "Octets of all messages, as quotas count them",
    ofPeople: true,
  },
  db_size_bytes: { type: "gauge", help: "The database" },
  db_wal_bytes: {
    type: "gauge",
    help: "What is written ahead of the database",
  },
  disk_free_bytes: {
    type: "gauge",
    help: "Room where the state directory is",
  },
  http_requests_total: {
    type: "counter",
    help: "HTTP requests",
    labels: ["route", "method", "code"],
  },
  http_request_seconds: {
    type: "histogram",
    help: "From the head of a request to the head of its answer",
    labels: ["route"],
    buckets: QUICK,
  },
  turn_allocations: {
    type: "gauge",
    help: "Relayed addresses that clients have in calls",
  },
  turn_allocations_total: {
    type: "counter",
    help: "Relayed addresses that were asked for with right credentials",
    labels: ["result"],
  },
  turn_bytes_total: {
    type: "counter",
    help: "Octets of calls: in from clients, out to them",
    labels: ["direction"],
  },
  turn_packets_dropped_total: {
    type: "counter",
    help: "What came to the TURN server and went nowhere",
    labels: ["reason"],
  },
  stun_binding_total: {
    type: "counter",
    help: "Clients that asked from which address they come",
  },
  dns_lookups: {
    type: "gauge",
    help: "Look-ups in the DNS that are on their way",
    labels: ["for"],
  },
  dns_lookups_waiting: {
    type: "gauge",
    help: "Look-ups in the DNS that wait for a place",
    labels: ["for"],
  },
  dns_lookups_refused_total: {
    type: "counter",
    help: "Look-ups in the DNS that found no place in time",
    labels: ["for"],
  },
  ss_connections: {
    type: "gauge",
    help: "Open connections of Shadowsocks, also of those who get nothing",
  },
  ss_bytes_total: {
    type: "counter",
    help: "Octets that passed through Shadowsocks, without what seals them",
    labels: ["direction"],
  },
  ss_rejected_total: {
    type: "counter",
    help: "Why clients of Shadowsocks got nothing",
    labels: ["reason"],
  },
  http_proxy_connections: {
    type: "gauge",
    help: "Open connections through CONNECT",
  },
  http_proxy_bytes_total: {
    type: "counter",
    help: "Octets that passed through CONNECT",
    labels: ["direction"],
  },
  http_proxy_rejected_total: {
    type: "counter",
    help: "Why CONNECT was refused",
    labels: ["reason"],
  },
  tls_cert_not_after_seconds: {
    type: "gauge",
    help: "When the certificate ends, seconds since 1970 UTC",
    labels: ["name"],
  },
  acme_attempts_total: {
    type: "counter",
    help: "Orders of certificates",
    labels: ["result"],
  },
  acme_last_success_seconds: {
    type: "gauge",
    help:
      "From when the last certificate of an authority is valid, seconds since 1970 UTC",
  },
  degraded: {
    type: "gauge",
    help: "1 while this condition holds",
    labels: ["subsystem"],
  },
  iroh_clients: {
    type: "gauge",
    help: "Devices that are connected for real-time channels",
  },
  iroh_bytes_total: {
    type: "counter",
    help: "Octets of frames of real-time channels",
    labels: ["direction"],
  },
  iroh_packets_total: {
    type: "counter",
    help: "Datagrams of real-time channels, by what became of them",
    labels: ["result"],
  },
  iroh_frames_invalid_total: {
    type: "counter",
    help:
      "Frames of real-time channels that were none, and clients that were not who they said",
  },
  bandwidth_bytes_total: {
    type: "counter",
    help: "Octets that have passed, inside TLS",
    labels: ["category", "direction"],
  },
  budget_used_ratio: {
    type: "gauge",
    help:
      "Share of what the server may use that it uses; from 0.9 on less is taken",
    labels: ["resource"],
  },
  shed_stage: {
    type: "gauge",
    help:
      "What is refused for lack of resources: 1 sign-ups, 2 mail of other servers too, 3 large messages too",
  },
  settings_reloads_total: {
    type: "counter",
    help: "How often the configuration was read again",
    labels: ["result"],
  },
} as const satisfies Record<string, Family>;

export type FamilyName = keyof typeof FAMILIES;

type Named<T extends Family["type"]> = {
  [N in FamilyName]: (typeof FAMILIES)[N]["type"] extends T ? N : never;
}[FamilyName];

export type CounterName = Named<"counter">;
export type GaugeName = Named<"gauge">;
export type HistogramName = Named<"histogram">;

export const FAMILY_NAMES = Object.keys(FAMILIES) as readonly FamilyName[];

/** The row without what the compiler knows of it. */
export function familyNamed(name: FamilyName): Family {
  return FAMILIES[name];
}

/** The label values of one series of a family, in the order of its labels. */
export type LabelValues<N extends FamilyName> = (typeof FAMILIES)[N] extends
  { readonly labels: infer L extends readonly string[] }
  ? { readonly [I in keyof L]: string }
  : readonly [];
