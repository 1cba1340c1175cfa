/** What has been counted of mail with other domains. @module */
import { optional } from "valibot";
import type { WayName } from "../../federation/attempt_seen.ts";
import {
  type DayFigures,
  daysOf,
  failuresOf,
  type PeerFigures,
  type WayFigures,
  WAYS,
  waysOf,
} from "../../federation/statistics/figures.ts";
import {
  noLatency,
  percentileMs,
} from "../../federation/statistics/latency.ts";
import type { FederationStatistics } from "../../federation/statistics/statistics.ts";
import type { OutboundDecision } from "../../federation/policy/policy.ts";
import type { AdminContext } from "../context.ts";
import { choice, integer, line, text } from "../fields.ts";
import { domainIn } from "../names.ts";
import { operation } from "../operation.ts";

/** How mail to a domain has gone: all of it, some of it, little of it; none was tried. */
export type PeerHealth = "perfect" | "federated" | "bad" | "none";

interface WayShape {
  readonly success: number;
  readonly refused: number;
  readonly deferred: number;
  readonly unreached: number;
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly p99_ms: number | null;
}

export interface ServerShape {
  readonly domain: string;
  /** Recipients that wait now. */
  readonly queued_messages: number;
  readonly failed_http: number;
  readonly failed_https: number;
  readonly failed_smtp: number;
  readonly success_http: number;
  readonly success_https: number;
  readonly success_smtp: number;
  /** Messages from there. */
  readonly inbound_deliveries: number;
  /** Deliveries to there. */
  readonly successful_deliveries: number;
  readonly mean_latency_ms: number | null;
  /** All of these to the hour. */
  readonly last_active: number | null;
  readonly last_in: number | null;
  readonly last_out: number | null;
  readonly first_seen: number;
  readonly bytes_in: number;
  readonly bytes_out: number;
  readonly rejected_in: number;
  readonly tls_verified: number;
  readonly dismissed: number;
  readonly bounced: number;
  readonly expired: number;
  readonly health: PeerHealth;
  readonly last_failure: {
    readonly at: number;
    readonly transport: string;
    readonly text: string;
  } | null;
  readonly ways: Readonly<Partial<Record<WayName, WayShape>>>;
  /** UTC, the last fourteen on which there was anything. */
  readonly days: readonly {
    readonly day_start: number;
    readonly delivered: number;
    readonly failed: number;
    readonly received: number;
    readonly mean_latency_ms: number | null;
  }[];
}

const ORDERS = [
  "domain",
  "traffic",
  "failures",
  "last_active",
  "in",
  "out",
  "latency",
  "queued",
] as const;
const HEALTHS = ["perfect", "federated", "bad", "none"] as const;
const SELECTIONS = ["failures", "queued", "restricted"] as const;
/** More destinations than are kept on record. */
const MAX_DESTINATIONS = 20_000;
/** Of more, the queue is asked once for all. */
const FEW = 100;
const GOOD_ENOUGH = 0.3;
const LIMIT = integer("domains to list", { min: 0, max: 20_000 });

function serverShape(
  domain: string,
  peer: PeerFigures,
  queued: number,
): ServerShape {
  const { ways } = peer;
  const sent = sentOf(peer);
  const last = Math.max(peer.lastInAt ?? 0, peer.lastOutAt ?? 0);
  return {
    domain,
    queued_messages: queued,
    failed_http: failed(ways.http),
    failed_https: failed(ways.https),
    failed_smtp: failed(ways.smtp) + failed(ways.smtps),
    success_http: ways.http?.delivered ?? 0,
    success_https: ways.https?.delivered ?? 0,
    success_smtp: (ways.smtp?.delivered ?? 0) + (ways.smtps?.delivered ?? 0),
    inbound_deliveries: peer.received,
    successful_deliveries: sent,
    mean_latency_ms: meanMs(peer),
    last_active: last === 0 ? null : last,
    last_in: peer.lastInAt ?? null,
    last_out: peer.lastOutAt ?? null,
    first_seen: peer.firstSeenAt,
    bytes_in: peer.receivedOctets,
    bytes_out: peer.sentOctets,
    rejected_in: peer.rejected,
    tls_verified: peer.verified,
    dismissed: peer.dismissed,
    bounced: peer.failed,
    expired: peer.expired,
    health: healthOf(peer),
    last_failure: peer.lastFailure
      ? {
        at: peer.lastFailure.at,
        transport: peer.lastFailure.way,
        text: peer.lastFailure.text,
      }
      : null,
    ways: Object.fromEntries(
      waysOf(peer).map(([name, way]) => [name, wayShape(way)]),
    ),
    days: daysOf(peer).map((day) => ({
      day_start: day.startSeconds,
      delivered: day.delivered,
      failed: day.failed,
      received: day.received,
      mean_latency_ms: day.meanMs ?? null,
    })),
  };
}

/** A way that failed where another one did it is no fault of the peer. */
function healthOf(peer: PeerFigures): PeerHealth {
  const sent = sentOf(peer);
  const lost = peer.failed + peer.expired;
  const ended = sent + lost;
  if (ended === 0) return peer.lastFailure ? "bad" : "none";
  if (lost === 0) return "perfect";
  return sent / ended >= GOOD_ENOUGH ? "federated" : "bad";
}

function wayShape(way: WayFigures): WayShape {
  const percentile = (percent: number) =>
    percentileMs(way.latency, percent) ?? null;
  return {
    success: way.delivered,
    refused: way.refused,
    deferred: way.deferred,
    unreached: way.unreached,
    p50_ms: percentile(50),
    p95_ms: percentile(95),
    p99_ms: percentile(99),
  };
}

function sentOf(peer: PeerFigures): number {
  return waysOf(peer).reduce((sum, [, { delivered }]) => sum + delivered, 0);
}

function failed(way: WayFigures | undefined): number {
  return way ? failuresOf(way) : 0;
}

function meanMs(peer: PeerFigures): number | null {
  const sent = sentOf(peer);
  if (sent === 0) return null;
  const total = waysOf(peer).reduce((sum, [, { totalMs }]) => sum + totalMs, 0);
  return Math.round(total / sent);
}

interface Candidate {
  readonly domain: string;
  readonly peer: PeerFigures;
  /** Recipients that wait; 0 unless they were asked for. */
  readonly queued: number;
}

/** A value to sort by, and the names of those who have the same. */
const BY: Readonly<
  Record<(typeof ORDERS)[number], (one: Candidate) => number>
> = {
  domain: () => 0,
  traffic: ({ peer }) => -(peer.received + sentOf(peer)),
  failures: ({ peer }) => -failuresTo(peer),
  last_active: ({ peer }) => -Math.max(peer.lastInAt ?? 0, peer.lastOutAt ?? 0),
  in: ({ peer }) => -peer.received,
  out: ({ peer }) => -sentOf(peer),
  latency: ({ peer }) => -(meanMs(peer) ?? -1),
  queued: ({ queued }) => -queued,
};

function failuresTo(peer: PeerFigures): number {
  return waysOf(peer).reduce((sum, [, way]) => sum + failuresOf(way), 0);
}

interface ServerQuery {
  readonly order: (typeof ORDERS)[number];
  readonly limit: number;
  readonly offset: number;
  readonly search?: string | undefined;
  readonly health?: PeerHealth | undefined;
  readonly only?: (typeof SELECTIONS)[number] | undefined;
}

/** Whether a domain is one of those that are asked for. */
function isSought(
  { federation }: AdminContext,
  { domain, peer, queued }: Candidate,
  { search, health, only }: ServerQuery,
): boolean {
  if (search !== undefined && !domain.includes(search.trim().toLowerCase())) {
    return false;
  }
  if (health !== undefined && healthOf(peer) !== health) return false;
  switch (only) {
    case undefined:
      return true;
    case "failures":
      return failuresTo(peer) > 0;
    case "queued":
      return queued > 0;
    case "restricted":
      return isRestricted(federation.rules.policy().look(domain));
  }
}

/** Mail to it goes not at all, or not by every way. */
function isRestricted(decision: OutboundDecision): boolean {
  if (decision.kind === "local") return false;
  return decision.kind !== "allowed" || decision.channels.length < 2;
}

/** Recipients that wait, by destination. */
async function waiting({ store }: AdminContext): Promise<Map<string, number>> {
  const all = await store.queue.destinations(undefined, MAX_DESTINATIONS);
  return new Map(all.map((one) => [one.destination, one.recipients]));
}

/** All that are asked for, in their order. */
async function sought(
  context: AdminContext,
  query: ServerQuery,
): Promise<Candidate[]> {
  const asksQueue = query.only === "queued" || query.order === "queued";
  const queue = asksQueue ? await waiting(context) : new Map<string, number>();
  const by = BY[query.order];
  return Array.from(
    context.federation.statistics.peers,
    ([domain, peer]) => ({ domain, peer, queued: queue.get(domain) ?? 0 }),
  )
    .filter((one) => isSought(context, one, query))
    .map((one) => ({ ...one, by: by(one) }))
    .sort((a, b) => a.by - b.by || (a.domain < b.domain ? -1 : 1));
}

/** The first ones in an order. */
export async function servers(
  context: AdminContext,
  query: ServerQuery,
): Promise<ServerShape[]> {
  return (await serverPage(context, query)).servers;
}

async function serverPage(context: AdminContext, query: ServerQuery) {
  const { offset, limit } = query;
  const found = await sought(context, query);
  const page = found.slice(offset, offset + limit);
  const all = page.length > FEW ? await waiting(context) : undefined;
  return {
    total: found.length,
    /** Otherwise there are sums alone. */
    counted: context.federation.statistics.isPerDomain,
    servers: await Promise.all(page.map(async ({ domain, peer }) => {
      const queued = all
        ? all.get(domain)
        : (await context.store.queue.destination(domain))?.recipients;
      return serverShape(domain, peer, queued ?? 0);
    })),
  };
}

interface Totals extends DayFigures {
  readonly date: string;
}

export function totals({ peers, days }: FederationStatistics) {
  const latency = new Map(WAYS.map((way) => [way, noLatency()]));
  const health = { perfect: 0, federated: 0, bad: 0, none: 0 };
  for (const peer of peers.values()) {
    health[healthOf(peer)]++;
    for (const [name, way] of waysOf(peer)) {
      const sum = latency.get(name)!;
      way.latency.forEach((count, at) => sum[at]! += count);
    }
  }
  return {
    domains: peers.size,
    health,
    latency: Object.fromEntries(
      [...latency].filter(([, sum]) => sum.some(Boolean)).map(([name, sum]) => [
        name,
        {
          p50_ms: percentileMs(sum, 50) ?? null,
          p95_ms: percentileMs(sum, 95) ?? null,
          p99_ms: percentileMs(sum, 99) ?? null,
        },
      ]),
    ),
    days: days.map(([date, figures]): Totals => ({ date, ...figures })),
  };
}

export const FEDERATION_STATISTICS_OPERATIONS = {
  "federation.servers": operation({
    summary: "What has been counted of each other domain",
    scope: "read",
    changes: false,
    input: {
      order: optional(choice("what comes first", ORDERS), "traffic"),
      limit: optional(LIMIT, 1000),
      offset: optional(
        integer("domains to leave out", { min: 0, max: 20_000 }),
        0,
      ),
      search: optional(line("only domains with this in them")),
      health: optional(
        choice("only those to which mail goes so", HEALTHS),
      ),
      only: optional(
        choice(
          "failures: an attempt has failed; queued: mail waits; restricted: rules let no mail go there, or not by every way",
          SELECTIONS,
        ),
      ),
    },
    run: serverPage,
  }),
  "federation.server": operation({
    summary: "What has been counted of one other domain",
    scope: "read",
    changes: false,
    input: { domain: text("a domain or an IP address") },
    async run({ federation, store }, input) {
      const domain = domainIn("domain", input.domain);
      const peer = federation.statistics.peers.get(domain);
      const queued = await store.queue.destination(domain);
      return {
        server: peer
          ? serverShape(domain, peer, queued?.recipients ?? 0)
          : null,
      };
    },
  }),
  "federation.stats": operation({
    summary: "Sums over all other domains, and of the last thirty days",
    scope: "read",
    changes: false,
    input: {},
    run: ({ federation }) => Promise.resolve(totals(federation.statistics)),
  }),
  "federation.reset_stats": operation({
    summary: "Forget what has been counted of one other domain, or of all",
    scope: "full",
    changes: true,
    input: { domain: optional(text("a domain or an IP address")) },
    async run({ federation }, input) {
      const { domain } = input;
      const name = domain === undefined
        ? undefined
        : domainIn("domain", domain);
      return { deleted: await federation.statistics.reset(name) };
    },
  }),
} as const;
