/** The numbers of a relay at a glance, made at most every two seconds. @module */
import { nowSeconds } from "../../../base/clock.ts";
import type { SeriesName } from "../../../observe/history/series.ts";
import { CONDITION_PLACES } from "./condition_places.ts";
import type { AdminContext } from "../../context.ts";
import type { ServiceConnections, UpdateShape } from "../../live_server.ts";
import { operation } from "../../operation.ts";
import { RecentAnswer } from "./recent_answer.ts";
import { totals as federationTotals } from "../federation_statistics.ts";
import { monthShape } from "../network/bandwidth.ts";
import { diskShape } from "./disk.ts";

const OLD_MS = 2000;
/** There may be twenty thousand domains. */
const HEALTH_OLD_MS = 30_000;
const DAY = 86_400;

/** Since midnight, UTC. */
const TODAY = {
  sent: "messages.sent",
  received: "messages.received",
  delivered: "messages.delivered",
  out: "messages.out",
  refused: "messages.refused",
} as const satisfies Record<string, SeriesName>;

async function overview(context: AdminContext) {
  const { live, store, clock } = context;
  const degraded = await live?.degraded() ?? [];
  return {
    running: live !== undefined,
    now: nowSeconds(clock),
    version: live?.version ?? null,
    boot_time: live ? nowSeconds(clock) - live.uptimeSeconds : null,
    uptime_seconds: live?.uptimeSeconds ?? null,
    connections: await connections(context),
    accounts: await accounts(context),
    messages_today: await messagesToday(context),
    queue: await queue(context),
    storage: await storage(context),
    disk: await diskShape(context.stateDir),
    process: processNumbers(context),
    tls: live?.certificates() ?? [],
    listeners: live?.listeners() ?? [],
    turn: { relays: (await live?.turn.status())?.allocations ?? 0 },
    federation: context.history.isOfPeople ? await HEALTH.get(context) : null,
    bandwidth: monthShape(context),
    push: live?.push.status() ?? null,
    tokens: { total: (await store.accounts.listTokens()).length },
    warnings: degraded.map(({ code, severity, message, detail }) => ({
      code,
      severity,
      text: message,
      detail,
      link: CONDITION_PLACES[code],
    })),
    /** Nobody is asked for a newer one unless admin.update_check says so. */
    update: {
      current: live?.version ?? null,
      ...(live?.update ?? NO_UPDATE),
    },
  };
}

const NO_UPDATE: UpdateShape = {
  latest: null,
  newer: false,
  checked_at: null,
  error: null,
};

async function connections({ live, history }: AdminContext) {
  const services = live?.services() ?? [];
  const latest = history.latest();
  const turn = await live?.turn.status();
  return {
    imap: openIn(services, "imap"),
    imap_idle: latest.get("connections.imap_idle") ?? null,
    smtp_in: openIn(services, "smtp"),
    submission: openIn(services, "submission"),
    http: openIn(services, "http"),
    websocket: latest.get("connections.webmail") ?? null,
    turn: turn?.allocations ?? 0,
    shadowsocks: openIn(services, "shadowsocks"),
    channels: live?.iroh().clients ?? 0,
  };
}

function openIn(services: readonly ServiceConnections[], name: string): number {
  return services.filter((one) => one.name === name)
    .reduce((sum, one) => sum + one.connections, 0);
}

/** Nobody waits in a relay that runs: it counts beforehand. A command alone does. */
async function accountFigures({ live, store, settings }: AdminContext) {
  const quota = settings.get("default_quota");
  return live
    ? store.accounts.knownNow(quota).figures
    : await store.accounts.figuresAbout(quota);
}

/** How many there are is told in any case, as by other operations. */
async function accounts(context: AdminContext) {
  const { store, history } = context;
  if (!history.isOfPeople) {
    return {
      total: await store.accounts.countAbout(),
      active_24h: null,
      active_30d: null,
      never_logged_in: null,
      blocked: null,
    };
  }
  const figures = await accountFigures(context);
  return {
    total: await store.accounts.countAbout(),
    /** By days: today or yesterday. */
    active_24h: figures?.activeDay ?? null,
    active_30d: figures?.activeMonth ?? null,
    never_logged_in: figures?.neverLoggedIn ?? null,
    blocked: await store.accounts.countBlocked(),
  };
}

async function messagesToday({ history, clock }: AdminContext) {
  if (!history.isOfPeople) return null;
  const now = nowSeconds(clock);
  const counted = Object.entries(TODAY).map(async ([name, series]) =>
    [name, await history.countSince(series, now - now % DAY)] as const
  );
  return Object.fromEntries(await Promise.all(counted)) as Record<
    keyof typeof TODAY,
    number
  >;
}

async function queue({ store, federation }: AdminContext) {
  const found = await store.queue.summary();
  const { firstExpiryInSeconds: left } = found;
  const { lifetimeSeconds } = federation.queueOptions();
  return {
    messages: found.messages,
    pending: found.waiting,
    deferred: found.deferred,
    held: found.held,
    failed: found.failed,
    bytes: found.octets,
    oldest_age_s: left === undefined
      ? null
      : Math.max(0, lifetimeSeconds - left),
  };
}

async function storage(context: AdminContext) {
  const { store, history } = context;
  const { databaseOctets, logOctets, state } = store.health();
  const figures = history.isOfPeople
    ? await accountFigures(context)
    : undefined;
  return {
    state,
    messages: figures?.messages ?? null,
    bytes: figures?.octets ?? null,
    quota_exceeded_accounts: figures?.overQuota ?? null,
    database_bytes: databaseOctets,
    log_bytes: logOctets,
  };
}

/** Of the last ten seconds, where it takes time to know. */
function processNumbers({ live, history }: AdminContext) {
  if (!live) return null;
  const latest = history.latest();
  const lag = latest.get("process.lag");
  const { rss, heapUsed } = Deno.memoryUsage();
  return {
    rss_bytes: rss,
    heap_bytes: heapUsed,
    cpu_percent: rounded(latest.get("process.cpu")),
    event_loop_lag_ms: lag === undefined ? null : rounded(lag * 1000),
    open_fds: latest.get("process.files") ?? null,
  };
}

function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value * 10) / 10;
}

function peerNumbers({ federation: { statistics } }: AdminContext) {
  const { domains, health, days } = federationTotals(statistics);
  const [today] = days.slice(-1);
  return Promise.resolve({ domains, health, today: today ?? null });
}

const OVERVIEW = new RecentAnswer(OLD_MS, overview);
const HEALTH = new RecentAnswer(HEALTH_OLD_MS, peerNumbers);

export const OVERVIEW_OPERATIONS = {
  "overview": operation({
    summary: "Numbers of all parts of the relay at a glance",
    scope: "read",
    changes: false,
    input: {},
    run: (context) => OVERVIEW.get(context),
  }),
} as const;
