/**
 * Everything that may be wrong with a relay as a whole, as values: a new
 * condition is one entry here. `status`, the log, `config check` and
 * `docs/conditions.md` are loops over this table.
 *
 * Whoever looks gathers facts; a fact that cannot be had there is absent, and
 * the conditions that need it are then not checked. No text holds user data.
 *
 * @module
 */
import { formatDuration } from "../base/durations.ts";
import { roundedSize } from "../base/sizes.ts";
import { covers } from "../tls/certificate.ts";
import type { Facts } from "./condition_facts.ts";
import {
  date,
  endsWithin,
  firstOf,
  listed,
  storeIs,
  usedUp,
  worrying,
} from "./condition_details.ts";

/** "error": something is refused or broken now; "warning": it will be, or is not as it should. */
export type Severity = "warning" | "error";

export interface Condition {
  readonly severity: Severity;
  /** What it means for people, and what to do; the details follow in brackets. */
  readonly text: string;
  /**
   * The details if it is so, with the numbers; undefined if it is not. Absent:
   * whoever notices reports it.
   */
  check?(facts: Facts): string | undefined;
}

export const CONDITIONS = {
  disk_low: {
    severity: "error",
    text: "No mail is taken: free some disk, or lower storage.min_free",
    check({ disk }) {
      if (!disk || disk.freeOctets >= disk.minFreeOctets) return undefined;
      return `${roundedSize(disk.freeOctets)} are free, storage.min_free is ${
        roundedSize(disk.minFreeOctets)
      }`;
    },
  },
  store_full: {
    severity: "error",
    text: "No mail is taken: free some disk",
    check: storeIs("full", "the disk was full when the database was written"),
  },
  store_read_only: {
    severity: "error",
    text: "No mail is taken: see to the disk and to who may write there",
    check: storeIs("read_only", "the database cannot be written"),
  },
  store_corrupt: {
    severity: "error",
    text: "No mail is taken: stop the server and restore a backup",
    check: storeIs("corrupt", "the database is damaged"),
  },
  content_damaged: {
    severity: "error",
    text:
      "These messages are left out when clients fetch: see the lines content_damaged of the log, and restore their files from a backup",
  },
  deleted_data_kept: {
    severity: "warning",
    text:
      "Deleted mail and names may be in the database's log for more than five minutes: end the program that keeps the database open",
  },
  settings_refused: {
    severity: "error",
    text:
      "What is set is not in force here, the value before it is: set it to something this server can do",
  },
  records_unreadable: {
    severity: "error",
    text:
      "Some of what is set or known about other servers is in a form that this program cannot read, and does not count: run the program that wrote it, or set it again",
  },
  pages_broken: {
    severity: "warning",
    text: "A page of yours is broken, the built-in one shown: html-check",
  },
  overrides_ignored: {
    severity: "warning",
    text:
      "Entries of the endpoint cache mean nothing here, and mail goes where the DNS says: a domain has become one of this server, or another program wrote them; set or remove them",
  },
  exchangers_not_asked: {
    severity: "error",
    text: "No exchanger is asked for mail; it is tried again",
  },
  exchanger_failing: {
    severity: "warning",
    text: "Mail cannot be fetched from an exchanger: see exchanger list",
  },
  store_unsafe: {
    severity: "warning",
    text: "A crash loses mail: this is for benchmarks only",
    check: ({ durability }) =>
      durability === "off" ? "storage.sync is off" : undefined,
  },
  smtp_refuses_mail: {
    severity: "warning",
    text:
      'Mail from other servers is refused, since federation is off; listen.smtp = "" closes the port',
    check: ({ refusedAt = [] }) =>
      refusedAt.length === 0 ? undefined : `port ${refusedAt.join(", ")}`,
  },
  sign_ups_paused: {
    severity: "warning",
    text: "Nobody can sign up",
    check: ({ signUpObstacles = [] }) => listed(signUpObstacles),
  },
  stealth_incomplete: {
    severity: "warning",
    text: "Although stealth is on, strangers can find out what this server is",
    check: ({ stealthGaps = [] }) => listed(stealthGaps),
  },
  certificate_expired: {
    severity: "error",
    text: "Clients that check the certificate cannot connect: renew it",
    check: ({ certificates, nowMs }) =>
      firstOf(
        certificates,
        ({ notAfter }) =>
          notAfter > nowMs ? undefined : `it ended on ${date(notAfter)}`,
      ),
  },
  certificate_not_yet_valid: {
    severity: "error",
    text: "Clients that check the certificate cannot connect: see to the clock",
    check: ({ certificates, nowMs }) =>
      firstOf(
        certificates,
        ({ notBefore }) =>
          notBefore <= nowMs ? undefined : `it begins on ${date(notBefore)}`,
      ),
  },
  certificate_ends_in_3_days: {
    severity: "error",
    text: "Renew the certificate now",
    check: ({ certificates, nowMs }) =>
      firstOf(
        certificates,
        (certificate) =>
          endsWithin(certificate, nowMs, { days: 3, moreThanDays: 0 }),
      ),
  },
  certificate_ends_in_14_days: {
    severity: "warning",
    text: "Renew the certificate",
    check: ({ certificates, nowMs }) =>
      firstOf(
        certificates,
        (certificate) =>
          endsWithin(certificate, nowMs, { days: 14, moreThanDays: 3 }),
      ),
  },
  certificate_names: {
    severity: "warning",
    text: "Clients that check the certificate cannot connect by these names",
    check({ certificates = new Map() }) {
      const missing = [...certificates].filter(([name, certificate]) =>
        !covers(certificate, name)
      );
      return missing.length === 0
        ? undefined
        : `it is not for ${missing.map(([name]) => name).join(", ")}`;
    },
  },
  certificate_files: {
    severity: "error",
    text: "The earlier certificate is still served: mend the new one",
  },
  certificate_not_issued: {
    severity: "warning",
    text:
      'The authority has given no certificate, and is asked again; the one before is served, or one of our own: see "certificate status"',
  },
  certificate_chain: {
    severity: "warning",
    text:
      "The authority has no chain that ends below the root of acme.preferred_chain: another is served",
    check: ({ otherChain }) => otherChain,
  },
  dkim_record: {
    severity: "warning",
    text:
      'Most servers refuse mail from here: publish what "dkim show" has, "dkim check" looks again',
  },
  dkim_key_lost: {
    severity: "error",
    text:
      "Mail to other servers waits for up to an hour, then it leaves unsigned and most refuse it: bring the file back",
  },
  open_files_low: {
    severity: "warning",
    text:
      "With many clients, connections and files fail (EMFILE, too many open files): raise the limit (LimitNOFILE= in the unit, ulimit -n) or lower max_connections of smtp, submission and imap",
    check({ openFiles }) {
      if (!openFiles || openFiles.limit >= openFiles.needed) return undefined;
      return `the limit is ${openFiles.limit} open files, the configuration may need ${openFiles.needed}`;
    },
  },
  open_files_exhausted: {
    severity: "error",
    text:
      "No connection is accepted and no file opened until some close: raise the limit of open files",
    check: ({ openFault }) =>
      openFault && `the system says ${openFault}, too many open files`,
  },
  task_failed: {
    severity: "warning",
    text: 'What it deletes or checks is left undone, see "tasks list"',
    check: ({ failedTasks = [] }) => listed(failedTasks),
  },
  task_stopped: {
    severity: "warning",
    text:
      'It waits until somebody says that this is meant, with "tasks run NAME --yes"',
    check: ({ stoppedTasks = [] }) =>
      listed(stoppedTasks.map(({ reason }) => reason)),
  },
  clock_jump: {
    severity: "warning",
    text: "See to the machine's clock; no mail and no account is older for it",
    check: ({ clockJump }) => clockJump && worrying(clockJump),
  },
  turn_stopped: {
    severity: "error",
    text:
      "Calls between people who cannot reach each other directly go over servers of others, or fail; it is tried again",
  },
  app_versions: {
    severity: "warning",
    text:
      "Clients are not told of versions of the apps: see to server.app_versions",
  },
  push_stopped: {
    severity: "error",
    text: "No phone is woken when mail comes; it is tried again",
  },
  push_suspended: {
    severity: "warning",
    text:
      'The service that wakes phones fails, and is asked again every quarter of an hour, see "push status"',
  },
  queue_stopped: {
    severity: "error",
    text: "No mail goes to other servers; it is tried again",
  },
  queue_paused: {
    severity: "warning",
    text: "Mail waits since federation is off, and fails when its time is over",
    check: ({ queue }) =>
      queue?.paused && queue.messages > 0
        ? `${queue.messages} messages`
        : undefined,
  },
  queue_held: {
    severity: "warning",
    text:
      'Mail waits until it is released, or its time is over, see "queue list --state held" and "queue status"',
    check({ queue }) {
      if (!queue || queue.held + queue.heldDestinations === 0) return undefined;
      return `${queue.held} recipients and ${queue.heldDestinations} destinations are held`;
    },
  },
  queue_old: {
    severity: "warning",
    text: 'Mail has waited for most of its time, see "queue status"',
    check({ queue }) {
      const { firstExpiryInSeconds, lifetimeSeconds = 0 } = queue ?? {};
      if (
        firstExpiryInSeconds === undefined ||
        firstExpiryInSeconds >= lifetimeSeconds / 2
      ) return undefined;
      return `the first is given up in ${
        formatDuration(Math.max(0, firstExpiryInSeconds))
      }`;
    },
  },
  peers_unreached: {
    severity: "warning",
    text:
      'Other servers have not been reached for long, see "federation status"',
    check: ({ queue }) =>
      queue && queue.unreached > 0 ? `${queue.unreached} of them` : undefined,
  },
  look_ups_refused: {
    severity: "warning",
    text:
      "Mail is put off since too many look-ups in the DNS are on their way: see whether dns.servers answer in time; who sends mail can cause it, too",
    check: ({ refusedLookUps = [] }) => listed(refusedLookUps),
  },
  signature_refused: {
    severity: "error",
    text:
      "Other servers miss our DKIM signature or find it wrong, and refuse our mail: see to the DNS record of the key",
  },
  peer_certificate_changed: {
    severity: "warning",
    text:
      'Servers that are IP addresses show another certificate than before, see "federation status"',
  },
  tls_enforced: {
    severity: "warning",
    text:
      'Mail waits for domains that demand TLS which their servers do not have, see "federation status"',
  },
  log_debug: {
    severity: "warning",
    text: "The log shows addresses of people",
    check: ({ logLevel }) =>
      logLevel === "debug" ? "log.level is debug" : undefined,
  },
  restart_needed: {
    severity: "warning",
    text: "Restart the server to put these keys of the file into force",
  },
  bandwidth_mostly_used: {
    severity: "warning",
    text: 'Most of what may go out this month has gone, see "bandwidth"',
    check: ({ bandwidth }) => usedUp(bandwidth, { from: 80, below: 95 }),
  },
  bandwidth_used_up: {
    severity: "error",
    text:
      'What may go out this month has nearly gone or is gone, see "bandwidth"',
    check: ({ bandwidth }) => usedUp(bandwidth, { from: 95, below: Infinity }),
  },
  overload: {
    severity: "error",
    text:
      "The machine is short of something, and less is taken so that existing chats go on; see to it, or to [protection]",
  },
  listener_closed: {
    severity: "error",
    text:
      "Nobody can connect there: see what else has the port; it is opened again every 30 seconds",
  },
  metrics_endpoint: {
    severity: "warning",
    text:
      "No monitoring system can ask for metrics: see to metrics.listen; it is tried again",
  },
  admin_listener: {
    severity: "error",
    text:
      "API and panel are not where admin.listen says: see to it; it is tried again",
  },
  control_socket: {
    severity: "warning",
    text:
      "Commands cannot reach this server: see to its place; it is tried again",
  },
} as const satisfies Record<string, Condition>;

export type ConditionCode = keyof typeof CONDITIONS;
/** Those that somebody has to report. */
export type ReportedCode = {
  [C in ConditionCode]: (typeof CONDITIONS)[C] extends { check: unknown }
    ? never
    : C;
}[ConditionCode];

/** One that holds, as `status` shows it: a message for people, with the detail in brackets. */
export interface Degraded {
  readonly code: ConditionCode;
  readonly severity: Severity;
  readonly message: string;
  readonly detail: string;
}

/** All that hold, errors first. */
export function degradedBy(facts: Facts): Degraded[] {
  const found = Object.entries(CONDITIONS).flatMap(([name, row]) => {
    const { severity, text, check }: Condition = row;
    const detail = check ? check(facts) : facts.reported?.get(name);
    if (detail === undefined) return [];
    const code = name as ConditionCode;
    return [{ code, severity, message: `${text} (${detail})`, detail }];
  });
  return found.toSorted((a, b) => RANK[a.severity] - RANK[b.severity]);
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1 };
