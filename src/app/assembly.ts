/**
 * Joins the parts of a relay to its protocols and ports. Nothing listens yet.
 *
 * @module
 */
import type { AdminApi } from "../api/admin/admin_api.ts";
import type { AdminContext } from "../admin/context.ts";
import type { ServerControl } from "../admin/live_server.ts";
import { isOutOfDescriptors } from "../base/system_errors.ts";
import type { LoadedConfig } from "../config/load.ts";
import { raiseFileLimit } from "../files/file_limit.ts";
import { word } from "../observe/fields.ts";
import type { Log } from "../observe/log.ts";
import type { Renewers } from "../tls/acme/renewers.ts";
import type { CertificateStore } from "../tls/certificate_store.ts";
import type { Pollers } from "../federation/exchange/poll/pollers.ts";
import { ConditionWatch } from "./running/condition_watch.ts";
import { buildPollers } from "./exchange/pollers.ts";
import { buildServing, relayGate } from "./exchange/serving.ts";
import { RelayCap } from "./bandwidth/relay_cap.ts";
import {
  certificateSource,
  onlyCertificate,
  openCertificates,
  SecureContexts,
  withCertificateSettings,
} from "./certificates.ts";
import { AppVersions } from "./push/app_versions.ts";
import { imapBackendOf } from "./mail/imap_backend.ts";
import { openWebmail } from "./mail/open_webmail.ts";
import type { InstanceLock } from "./instance_lock.ts";
import { renewIfDue } from "./names/certificate_admin.ts";
import { openOrders } from "./names/orders.ts";
import { RecentLag } from "./metrics/process_facts.ts";
import { provideMetrics } from "./metrics/relay_metrics.ts";
import { RelayIroh } from "./iroh/relay_iroh.ts";
import { relayAdminApi } from "./running/admin_api.ts";
import { LiveView } from "./running/live_view.ts";
import { Protocols } from "./protocols.ts";
import { adminContext, buildRelay, type Relay } from "./relay.ts";
import { CarriedPeers } from "../net/carried_peers.ts";
import { ConnectProxy } from "./proxies/connect_proxy.ts";
import { OwnServices } from "./proxies/own_services.ts";
import { tryShadowsocks } from "./proxies/shadowsocks_trial.ts";
import { RelayShadowsocks } from "./proxies/shadowsocks.ts";
import {
  httpsAlpn,
  type ListenerChoice,
  type ServiceHandlers,
  ServiceListeners,
} from "./service_listeners.ts";
import { RelaySiteBackend } from "./site_backend.ts";
import { RelayMxdelivBackend } from "./server_mail.ts";
import { ServiceManager } from "./services/service_manager.ts";
import { Supervisor } from "./services/supervisor.ts";
import { UpdateWatch } from "../ops/upgrade/update_watch.ts";
import type { Inheritance } from "./succession/inheritance.ts";
import type { SuccessionState } from "./succession/last_connections.ts";
import { RelaySmtpBackend } from "./mail/smtp_backend.ts";
import { ehloName, ownAddresses } from "./federation/own_names.ts";
import { Sender } from "./federation/sender.ts";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "./system_time.ts";
import { liveTurn } from "./turn/live_turn.ts";
import { provideTurnMetrics } from "./turn/turn_metrics.ts";
import { TurnService } from "./turn/turn_service.ts";

/** The configuration as it was read last: a reload replaces it. */
export interface CurrentConfig {
  loaded: LoadedConfig;
}

export interface Assembly {
  readonly current: CurrentConfig;
  readonly log: Log;
  readonly relay: Relay;
  readonly certificates: CertificateStore;
  readonly protocols: Protocols;
  readonly listeners: ServiceListeners;
  /** Of which some may wait in a reception. */
  readonly handlers: ServiceHandlers;
  readonly succession: SuccessionState;
  readonly site: RelaySiteBackend;
  readonly admin: AdminContext;
  readonly adminApi: AdminApi;
  readonly conditions: ConditionWatch;
  readonly supervisor: Supervisor;
  readonly manager: ServiceManager;
  readonly sender: Sender;
  readonly pollers: Pollers;
  readonly renewers: Renewers;
  readonly turn: TurnService;
  readonly appVersions: AppVersions;
  readonly updates: UpdateWatch;
  readonly cap: RelayCap;
  readonly lag: RecentLag;
}

export interface AssemblySource {
  readonly log: Log;
  readonly lock: InstanceLock;
  readonly version: string;
  /** Of the sources. */
  readonly releaseKeys: readonly string[];
  readonly commit: string;
  /** Ports of the process before, if this one takes over from it. */
  readonly inheritance: Inheritance | undefined;
  /** What admins have the server do with itself. */
  readonly control: ServerControl;
  /** Called when the relay can never again do its work. */
  onFatal(error: Error): void;
}

/** @throws {Error} why the store or the certificate cannot be opened */
export async function assemble(
  current: CurrentConfig,
  source: AssemblySource,
): Promise<Assembly> {
  const { log, lock, version, commit, inheritance, control, onFatal } = source;
  const config = () => current.loaded.values;
  const relay = await buildRelay({
    loaded: current.loaded,
    config,
    log,
    lock,
    version,
    onFatal,
    signUpUrl: (domain) => site.signUpUrl(domain),
    renewCertificate: () => renewIfDue(certificateOperations),
  });
  const { settings, store } = relay;
  const certificateConfig = () => withCertificateSettings(config(), settings);
  const certificates = await openCertificates(certificateConfig(), SYSTEM_CLOCK)
    .catch(async (error) => {
      await store.close();
      throw error;
    });
  for (const name of ["tls_mode", "tls_files"] as const) {
    settings.onChange(name, async () => {
      await certificates.use(certificateSource(certificateConfig()));
    });
  }
  const cap = new RelayCap({ ledger: relay.bandwidth, settings });
  const fileLimit = raiseFileLimit();
  const conditions = new ConditionWatch({
    log,
    relay,
    cap,
    certificates,
    clock: SYSTEM_CLOCK,
    fileLimit,
    config,
  });
  const handlers: ServiceHandlers = {
    onNative: (protocol, connection) =>
      protocols.serveNative(protocol, connection),
    onSocket: (protocol, socket) => protocols.serveSocket(protocol, socket),
    onFault(_name, error) {
      // a condition tells of it once, where ten lines a second would
      if (!isOutOfDescriptors(error)) log.bug(word("listener"), error);
      void conditions.tell();
    },
  };
  const alpn = httpsAlpn(config());
  const choice: ListenerChoice = {
    keyPairFor: (serverName) => certificates.for(serverName),
    onlyKeyPair: (name) => onlyCertificate(name, certificates.all),
    sorter: () => protocols.sorter,
    httpsAlpn: () => alpn,
  };
  const listeners = inheritance?.listeners ??
    new ServiceListeners({ choice, handlers });
  listeners.choice = choice;
  certificates.onChange(() => listeners.renewCertificates());
  const turn = new TurnService({
    ...relay,
    cap,
    secrets: store.settings,
    listeners,
    clock: SYSTEM_CLOCK,
    timers: SYSTEM_TIMERS,
    log,
    config,
    keyPair: () => certificates.current,
    meter: relay.traffic.meter("turn_relay"),
  });
  provideTurnMetrics(relay.journal.metrics, turn);
  certificates.onChange(() => turn.useCertificate(certificates.current));
  const keys = () => {
    const own = config().upgrade.keys;
    return own.length > 0 ? own : source.releaseKeys;
  };
  const appVersions = new AppVersions({
    ...relay,
    timers: SYSTEM_TIMERS,
    file: () => config().server.appVersions,
    keys,
    now: () => SYSTEM_CLOCK.now(),
  });
  const updates = new UpdateWatch({
    version,
    isOn: () => config().admin.updateCheck,
    source: () => config().upgrade.url,
    keys,
    now: () => SYSTEM_CLOCK.now(),
  });
  const { solvers, renewers, operations: certificateOperations } = openOrders({
    relay,
    log,
    version,
    certificates,
    listeners,
    config: certificateConfig,
    sorter: () => protocols.sorter,
  });
  const shared = { ...relay, cap, certificates, clock: SYSTEM_CLOCK, config };
  const site: RelaySiteBackend = new RelaySiteBackend({
    ...shared,
    version,
    counters: relay.journal.counters,
    metrics: relay.journal.metrics,
    bound: (name) => listeners.bound(name),
    isAsking: (nonce) => admin.doctor.isAsking(nonce),
  });
  const serving = buildServing(relay, config);
  const carried = new CarriedPeers();
  const services = new OwnServices({
    listeners,
    carried,
    allowedPorts: () => config().shadowsocks.allowedPorts,
  });
  const connectProxy = new ConnectProxy({
    ...shared,
    services,
    timers: SYSTEM_TIMERS,
  });
  const shadowsocks = new RelayShadowsocks({
    ...shared,
    services,
    cut: () => protocols.cutTunnels(),
  });
  const iroh = new RelayIroh({
    ...shared,
    fileLimit,
    timers: SYSTEM_TIMERS,
    bound: (name) => listeners.bound(name),
    named: () => site.named(config().server.domain),
  });
  const adminApi = relayAdminApi({
    ...relay,
    log,
    version,
    config,
    context: () => admin,
  });
  const protocols: Protocols = new Protocols({
    ...shared,
    adminApi,
    carried,
    connectProxy,
    shadowsocks,
    counters: relay.journal.counters,
    metrics: relay.journal.metrics,
    imap: imapBackendOf(relay, config, {
      turn,
      iroh,
      appVersions,
      publicUrl: () => site.publicUrl,
    }),
    smtp: new RelaySmtpBackend(shared),
    site,
    serverMail: new RelayMxdelivBackend({
      ...shared,
      guard: relay.federation.serverMail.guard,
      gate: relayGate(relay, config),
      limits: serving.limits,
    }),
    serving,
    webmail: await openWebmail(relay, config, site),
    contexts: new SecureContexts(certificates),
    challenges: solvers["http-01"],
    alpnChallenges: solvers["tls-alpn-01"],
    fileLimit,
    onCut: (reason) => relay.journal.cut("http", reason),
    turnsStrangersAway: () => relay.protection.shed.strangers,
    iroh,
    timers: SYSTEM_TIMERS,
  });
  inheritance?.sortBy(protocols.sorter);
  const sender = await Sender.open({
    ...relay,
    config,
    clock: SYSTEM_CLOCK,
    timers: SYSTEM_TIMERS,
    hostname: () => ehloName(relay.settings, config()),
    own: (port) => ownAddresses(listeners, port),
  });
  const supervisor = new Supervisor({
    clock: SYSTEM_CLOCK,
    timers: SYSTEM_TIMERS,
    reported: relay.reported,
    reportBug: relay.reportBug,
  });
  const pollers = buildPollers(relay, config);
  const live = new LiveView({
    pollers,
    turn: liveTurn(turn, listeners, settings),
    push: relay.push,
    version,
    clock: SYSTEM_CLOCK,
    control,
    sessions: relay.accounts.sessions,
    logins: relay.accounts.limits,
    listeners,
    protocols,
    certificates,
    conditions,
    supervisor,
    sender,
    sends: relay.delivery.sends,
    updates,
    log,
    protection: relay.protection,
    connectProxy,
    async tryShadowsocks() {
      const access = shadowsocks.access();
      if (!access) throw new Error("There is no password yet");
      const { now } = SYSTEM_CLOCK;
      await tryShadowsocks({ listeners, services, now }, access);
    },
    iroh,
    journal: relay.journal,
  });
  const admin: AdminContext = adminContext(relay, config, {
    configFile: current.loaded.path,
    links: (domain) => site.links(domain),
    certificate: (name) => certificates.trustedFor(name),
    certificates: certificateOperations,
    live,
  });
  provideMetrics({
    config,
    connectProxy,
    relay,
    iroh,
    certificates,
    conditions,
    protocols,
    renewers,
    version,
    commit,
  });
  const lag = new RecentLag();
  relay.journal.metrics.provide(
    "event_loop_lag_max_seconds",
    () => [[lag.maxMs / 1000]],
  );
  return {
    current,
    log,
    relay,
    certificates,
    protocols,
    listeners,
    handlers,
    succession: { successor: undefined },
    site,
    admin,
    adminApi,
    conditions,
    supervisor,
    manager: new ServiceManager(Deno.env.toObject(), Deno.pid),
    sender,
    pollers,
    renewers,
    turn,
    appVersions,
    updates,
    cap,
    lag,
  };
}
