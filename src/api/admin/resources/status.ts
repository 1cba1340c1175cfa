/** `/admin/status`, `/admin/overview` and `/admin/storage`: the relay at a glance. @module */
import { diskShape } from "../../../admin/operations/measures/disk.ts";
import type { AdminContext } from "../../../admin/context.ts";
import type { ServerStatus } from "../../../admin/operations/status.ts";
import type { ServerShape } from "../../../admin/operations/federation_statistics.ts";
import { literalIp } from "../../../mail/address.ts";
import { RecentAnswer } from "../../../admin/operations/measures/recent_answer.ts";
import type { Resource } from "../resource.ts";
import { perform, shows } from "./action.ts";
import { allSettings } from "./settings/settings.ts";
import { written } from "./settings/setting_values.ts";
import { pushStatus } from "./settings/toggles.ts";

/** More domains are not looked at. */
const MAX_PEERS = 20_000;
const PEERS_OLD_MS = 10_000;
const SECONDS_PER_DAY = 86_400;

async function statusShape(context: AdminContext) {
  const status = await perform(context, "status", {});
  const { live, settings } = context;
  const counters = live?.counters() ?? new Map<string, number>();
  const counted = (name: string) => counters.get(name) ?? 0;
  const turn = await live?.turn.status();
  const retention = settings.get("message_retention");
  const push = pushStatus(context);
  return {
    version: status.version,
    imap: connectionsOf(status, ["imap", "imap_tls"]),
    turn: { relays: turn?.allocations ?? 0 },
    shadowsocks: connectionsOf(status, ["shadowsocks"]),
    users: { registered: status.registered_users },
    uptime: uptime(status),
    sent_messages: counted("messages_submitted"),
    outbound_messages: counted("messages_queued"),
    received_messages: counted("messages_received"),
    ...await PEERS.get(context),
    message_retention: {
      enabled: settings.get("message_retention_enabled"),
      days: Math.floor(retention / SECONDS_PER_DAY),
      retention: written("days", settings.view("message_retention").value),
    },
    push: {
      enabled: push.status === "enabled",
      mode: push.mode,
      successful_notifications: push.successful_notifications,
      consecutive_failures: push.consecutive_failures,
      auto_disable_after: push.auto_disable_after,
    },
    ...await ourNumbers(context),
  };
}

/** What other relays do not tell. */
async function ourNumbers(context: AdminContext) {
  const { connections, queue, accounts, storage, process, ...more } =
    await perform(context, "overview", {});
  const { tls, listeners, warnings, update, messages_today, bandwidth } = more;
  return {
    connections,
    queue,
    accounts,
    storage,
    process,
    tls,
    listeners,
    warnings,
    update,
    messages_today,
    bandwidth,
  };
}

function connectionsOf({ services }: ServerStatus, names: readonly string[]) {
  const chosen = services.filter(({ name }) => names.includes(name));
  const sum = (of: "connections" | "unique_ips") =>
    chosen.reduce((total, service) => total + service[of], 0);
  return { connections: sum("connections"), unique_ips: sum("unique_ips") };
}

function uptime({ boot_time, uptime_seconds, clock }: ServerStatus) {
  const seconds = uptime_seconds ?? 0;
  return {
    boot_time: new Date((boot_time ?? clock.now) * 1000).toISOString(),
    duration: [
      `${Math.floor(seconds / SECONDS_PER_DAY)}d`,
      `${Math.floor(seconds / 3600) % 24}h`,
      `${Math.floor(seconds / 60) % 60}m`,
      `${seconds % 60}s`,
    ].join(" "),
  };
}

const PEERS = new RecentAnswer(PEERS_OLD_MS, peerNumbers);

/** Nothing before anybody was heard of. */
async function peerNumbers(context: AdminContext) {
  const { servers } = await perform(context, "federation.servers", {
    order: "domain",
    limit: MAX_PEERS,
  });
  if (servers.length === 0) return {};
  const met = servers.filter(({ inbound_deliveries, successful_deliveries }) =>
    inbound_deliveries + successful_deliveries > 0
  );
  return {
    ...(met.length === 0 ? {} : { email_servers: serverNumbers(met) }),
    federation_traffic: trafficNumbers(servers),
  };
}

function serverNumbers(met: readonly ServerShape[]) {
  const byNumber =
    met.filter(({ domain }) => literalIp(domain) !== undefined).length;
  return {
    connections: met.length,
    connection_ips: met.length,
    domain_servers: met.length - byNumber,
    ip_servers: byNumber,
  };
}

function trafficNumbers(servers: readonly ServerShape[]) {
  const sum = (of: (server: ServerShape) => number) =>
    servers.reduce((total, server) => total + of(server), 0);
  const failed = sum((one) =>
    one.failed_http + one.failed_https + one.failed_smtp
  );
  const measured = servers.filter(({ mean_latency_ms }) => mean_latency_ms);
  const latency = measured.reduce(
    (total, { mean_latency_ms }) => total + mean_latency_ms!,
    0,
  );
  const health = (kind: string) =>
    servers.filter((server) => server.health === kind).length;
  return {
    inbound: sum((one) => one.inbound_deliveries),
    outbound: sum((one) => one.successful_deliveries),
    queued: sum((one) => one.queued_messages),
    // as other relays name what has failed
    expired: failed,
    failed,
    mean_latency_ms: measured.length === 0
      ? 0
      : Math.round(latency / measured.length),
    health: {
      perfect: health("perfect"),
      federated: health("federated"),
      bad: health("bad"),
    },
  };
}

async function storageShape(context: AdminContext) {
  const { databaseOctets, logOctets } = context.store.health();
  return {
    disk: await diskShape(context.stateDir),
    state_dir: {
      path: context.stateDir,
      size_bytes: databaseOctets + logOctets,
    },
    database: { driver: "sqlite3", size_bytes: databaseOctets },
  };
}

export const STATUS_RESOURCES: readonly Resource[] = [
  {
    path: "/admin/status",
    methods: { GET: shows(({ context }) => statusShape(context)) },
  },
  {
    path: "/admin/overview",
    methods: {
      GET: shows(async ({ context, scope }) => ({
        ...await statusShape(context),
        disk: await diskShape(context.stateDir),
        tokens: { total: (await context.store.accounts.listTokens()).length },
        settings: await allSettings(context, scope),
      })),
    },
  },
  {
    path: "/admin/storage",
    methods: { GET: shows(({ context }) => storageShape(context)) },
  },
];
