/**
 * What a relay tells of itself to a monitoring system, beside what its parts
 * count themselves. A part that comes to be adds its families here, or calls
 * `Metrics.provide` where it is built.
 *
 * @module
 */
import { type ConditionCode, CONDITIONS } from "../../admin/conditions.ts";
import { nowSeconds } from "../../base/clock.ts";
import { ASKERS, type PlaceFigures } from "../../dns/places.ts";
import type { Metrics } from "../../observe/metrics/metrics.ts";
import type { Config } from "../../config/schema.ts";
import type { Renewers } from "../../tls/acme/renewers.ts";
import type { CertificateStore } from "../../tls/certificate_store.ts";
import { certificateNames } from "../certificates.ts";
import { cpuSeconds, freeOctets, heapOctets } from "./process_facts.ts";
import { openFiles } from "../protection/probe.ts";
import type { RelayIroh } from "../iroh/relay_iroh.ts";
import type { ConnectProxy } from "../proxies/connect_proxy.ts";
import type { Protocols } from "../protocols.ts";
import type { Relay } from "../relay.ts";
import type { ConditionWatch } from "../running/condition_watch.ts";
import { SYSTEM_CLOCK } from "../system_time.ts";

export interface MetricsSource {
  readonly version: string;
  /** Of the sources. */
  readonly commit: string;
  readonly relay: Relay;
  readonly certificates: CertificateStore;
  readonly conditions: ConditionWatch;
  readonly protocols: Protocols;
  readonly connectProxy: ConnectProxy;
  readonly renewers: Renewers;
  readonly iroh: RelayIroh;
  config(): Config;
}

export function provideMetrics(source: MetricsSource): void {
  const { metrics } = source.relay.journal;
  provideProcess(metrics, source);
  provideConnections(metrics, source);
  provideMail(metrics, source);
  provideLookUps(metrics, source);
  provideStore(metrics, source);
  provideTunnels(metrics, source);
  provideCertificates(metrics, source);
  provideIroh(metrics, source);
  source.relay.protection.provide(metrics);
  metrics.provide("degraded", () => {
    const { told } = source.conditions;
    return Object.keys(CONDITIONS).map((code) =>
      [code, told.has(code as ConditionCode) ? 1 : 0] as const
    );
  });
}

function provideProcess(
  metrics: Metrics,
  { version, commit }: MetricsSource,
): void {
  const started = nowSeconds(SYSTEM_CLOCK);
  metrics.provide("build_info", () => [[version, commit, 1]]);
  metrics.provide("start_time_seconds", () => [[started]]);
  metrics.provide(
    "process_resident_memory_bytes",
    () => [[Deno.memoryUsage().rss]],
  );
  metrics.provide("process_heap_bytes", () => [[heapOctets()]]);
  metrics.provide("process_cpu_seconds_total", () => [[cpuSeconds()]]);
  metrics.provide("process_open_fds", async () => {
    const count = await openFiles();
    return count === undefined ? [] : [[count]];
  });
}

function provideConnections(
  metrics: Metrics,
  { protocols, relay }: MetricsSource,
): void {
  metrics.provide(
    "connections",
    () =>
      protocols.connectionFacts().map(({ service, open }) => [service, open]),
  );
  metrics.provide(
    "connections_total",
    () =>
      protocols.connectionFacts().map((
        { service, accepted },
      ) => [service, accepted]),
  );
  metrics.provide(
    "connections_rejected_total",
    () =>
      protocols.connectionFacts().flatMap((
        { service, overTotal, overAddress },
      ) => [
        [service, "too_many", overTotal],
        [service, "too_many_of_one_address", overAddress],
      ]),
  );
  metrics.provide(
    "imap_idle_sessions",
    () => [[relay.accounts.sessions.idling()]],
  );
  metrics.provide(
    "web_sessions",
    () => [[relay.accounts.sessions.counts().web]],
  );
}

function provideLookUps(
  metrics: Metrics,
  { relay: { dns } }: MetricsSource,
): void {
  const each = (what: keyof PlaceFigures) => () =>
    ASKERS.map((asker) => [asker, dns.places.figures(asker)[what]] as const);
  metrics.provide("dns_lookups", each("asking"));
  metrics.provide("dns_lookups_waiting", each("waiting"));
  metrics.provide("dns_lookups_refused_total", each("refused"));
}

function provideIroh(metrics: Metrics, { iroh }: MetricsSource): void {
  const { figures } = iroh;
  metrics.provide("iroh_clients", () => [[iroh.clients]]);
  metrics.provide("iroh_bytes_total", () => [
    ["in", figures.octetsIn],
    ["out", figures.octetsOut],
  ]);
  metrics.provide(
    "iroh_packets_total",
    () => Object.entries(figures.datagrams),
  );
  metrics.provide(
    "iroh_frames_invalid_total",
    () => [[figures.framesInvalid + figures.strangers]],
  );
}

function provideMail(metrics: Metrics, { relay }: MetricsSource): void {
  const { journal: { counters }, federation } = relay;
  metrics.provide("messages_total", () => [
    ["local", "delivered", counters.get("messages_delivered")],
    ["local", "report", counters.get("reports_stored")],
    ["outbound", "queued", counters.get("messages_queued")],
    ...[...federation.statistics.endedSinceStart].map(([what, count]) =>
      ["outbound", what, count] as const
    ),
  ]);
  metrics.provide(
    "message_bytes_total",
    () => [["local", counters.get("octets_delivered")]],
  );
  metrics.provide("refusals_total", () => counters.refusals);
  metrics.provide("bugs_total", () => [[counters.get("bugs")]]);
  metrics.provide("queue_length", async () => {
    return [[(await federation.queueFacts()).messages]];
  });
  metrics.provide("queue_oldest_seconds", async () => {
    const { firstExpiryInSeconds: left, lifetimeSeconds } = await federation
      .queueFacts();
    return [[left === undefined ? 0 : Math.max(0, lifetimeSeconds - left)]];
  });
}

function provideStore(
  metrics: Metrics,
  { relay, config }: MetricsSource,
): void {
  const { store, settings } = relay;
  const known = () => store.accounts.knownNow(settings.get("default_quota"));
  known(); // counted before somebody asks
  metrics.provide("accounts", () => told(known().count));
  metrics.provide("storage_bytes", () => told(known().octets));
  metrics.provide("accounts_active", () => told(known().figures?.activeDay));
  metrics.provide("disk_free_bytes", async () => {
    const free = await freeOctets(config().server.stateDir);
    return free === undefined ? [] : [[free]];
  });
  metrics.provide("db_size_bytes", () => [[store.health().databaseOctets]]);
  metrics.provide("db_wal_bytes", () => [[store.health().logOctets]]);
  metrics.provide("writer_queue_bytes", () => [[store.health().queuedOctets]]);
}

/** A series whose value is not known yet is missing. */
function told(value: number | undefined): [number][] {
  return value === undefined ? [] : [[value]];
}

function provideTunnels(
  metrics: Metrics,
  { protocols, connectProxy }: MetricsSource,
): void {
  const directions = (
    { octetsIn, octetsOut }: { octetsIn: number; octetsOut: number },
  ) => [["in", octetsIn], ["out", octetsOut]] as const;
  metrics.provide(
    "ss_connections",
    () => [[protocols.tunnels().connections]],
  );
  metrics.provide("ss_bytes_total", () => directions(protocols.tunnels()));
  metrics.provide(
    "ss_rejected_total",
    () => Object.entries(protocols.tunnels().refused),
  );
  metrics.provide(
    "http_proxy_connections",
    () => [[connectProxy.connections]],
  );
  metrics.provide(
    "http_proxy_bytes_total",
    () => directions(connectProxy.figures),
  );
  metrics.provide(
    "http_proxy_rejected_total",
    () => Object.entries(connectProxy.figures.refused),
  );
}

function provideCertificates(
  metrics: Metrics,
  { certificates, renewers, config }: MetricsSource,
): void {
  metrics.provide(
    "tls_cert_not_after_seconds",
    () =>
      certificateNames(config()).map((name) => {
        const { notAfter } = certificates.for(name);
        return [name, Math.floor(notAfter / 1000)] as const;
      }),
  );
  metrics.provide("acme_last_success_seconds", async () => {
    const lastMs = await renewers.lastIssuedMs();
    return lastMs === undefined ? [] : [[Math.floor(lastMs / 1000)]];
  });
}
