/**
 * The parts of a relay that have no sockets, built from a configuration: what
 * is stored, who may log in, how mail is delivered, what is done about it.
 *
 * @module
 */
import { Accounts } from "../accounts/accounts.ts";
import { LiveOptions, quotaPolicy } from "../accounts/live_options.ts";
import { ReportedConditions } from "../admin/conditions/reported_conditions.ts";
import type { CertificateAdmin } from "../admin/certificate_admin.ts";
import type { AdminContext } from "../admin/context.ts";
import type { LiveServer } from "../admin/live_server.ts";
import { systemRandom } from "../base/random.ts";
import type { LoadedConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { Delivery } from "../delivery/delivery.ts";
import { OwnKeys } from "../delivery/notices/own_keys.ts";
import { NoticeSealer } from "../delivery/notices/sealer.ts";
import { AccountDirectory, addressInUri } from "../delivery/directory.ts";
import type { Inbound } from "../delivery/inbound.ts";
import { Exchange } from "../federation/exchange/exchange.ts";
import type { Resolver } from "../dns/resolver.ts";
import { Counters } from "../observe/counters.ts";
import { Traffic } from "../observe/traffic.ts";
import { Metrics } from "../observe/metrics/metrics.ts";
import { domain } from "../mail/address.ts";
import { LocalDomains } from "../mail/local_domains.ts";
import type { Log } from "../observe/log.ts";
import type { MetricHistory } from "../ops/history/metric_history.ts";
import type { BandwidthLedger } from "../ops/bandwidth/ledger.ts";
import { Backups } from "../ops/backup/backups.ts";
import { Doctor } from "../ops/doctor/doctor.ts";
import type { Shares } from "../sharing/shares.ts";
import { effectiveListeners } from "../settings/listeners.ts";
import { Settings } from "../settings/settings.ts";
import { openStore } from "../store/open.ts";
import type { ContentDamage, Store } from "../store/store.ts";
import { followPurgeSettings } from "../tasks/purge_seen.ts";
import { TaskRunner } from "../tasks/task_runner.ts";
import { TaskScheduler } from "../tasks/task_scheduler.ts";
import type { Certificate } from "../tls/certificate.ts";
import {
  type Administration,
  openAdministration,
} from "./running/administration.ts";
import { adminOrigin } from "./running/admin_door.ts";
import { backupOptions } from "./backups.ts";
import { ehloName, outgoingFrom } from "./federation/own_names.ts";
import { smtpSessions } from "./federation/smtp_sessions.ts";
import { hostnameOf, withCertificateSettings } from "./certificates.ts";
import { buildFederation, type Federation } from "./federation/federation.ts";
import { type Dkim, openDkim } from "./names/dkim.ts";
import type { InstanceLock } from "./instance_lock.ts";
import { Journal } from "./journal.ts";
import { deliverySettings } from "./mail/delivery_settings.ts";
import { type LinkFacts, loginLink } from "../accounts/login_link.ts";
import { publishedNames } from "./names/published.ts";
import {
  connectProxyPlace,
  shadowsocksPlace,
  sitePlace,
} from "./proxies/places.ts";
import { buildProtection, resources } from "./protection/build.ts";
import type { Protection } from "./protection/protection.ts";
import { buildBandwidth } from "./bandwidth/relay_ledger.ts";
import { buildHistory } from "./metrics/relay_history.ts";
import { RelayPush } from "./push/relay_push.ts";
import { tellingOfFirst } from "./mail/first_taking.ts";
import { configuredResolver } from "./resolver.ts";
import { SYSTEM_CLOCK, SYSTEM_TIMERS } from "./system_time.ts";
import { openShares } from "./web/sharing.ts";

export interface Relay {
  readonly store: Store;
  readonly settings: Settings;
  readonly domains: LocalDomains;
  readonly accounts: Accounts;
  readonly delivery: Delivery;
  readonly sealer: NoticeSealer;
  readonly ownKeys: OwnKeys;
  readonly tasks: TaskRunner;
  readonly backups: Backups;
  readonly scheduler: TaskScheduler;
  readonly journal: Journal;
  readonly reported: ReportedConditions;
  readonly inbound: Inbound;
  readonly federation: Federation;
  readonly dns: Resolver;
  readonly dkim: Dkim;
  readonly exchange: Exchange;
  readonly protection: Protection;
  readonly traffic: Traffic;
  readonly bandwidth: BandwidthLedger;
  readonly history: MetricHistory;
  readonly push: RelayPush;
  readonly administration: Administration;
  readonly shares: Shares;
  reportBug(error: unknown): void;
}

export interface RelaySource {
  /** Held as long as the relay exists: nobody else may open its store. */
  readonly lock: InstanceLock;
  readonly loaded: LoadedConfig;
  /** The file as it was read last. */
  config(): Config;
  readonly log: Log;
  /** Of the program. */
  readonly version: string;
  /** Called when the store can never be written again. */
  readonly onFatal?: (error: Error) => void;
  /** Where people sign up with a domain now; undefined if there is no such page. */
  signUpUrl(domain: string): string | undefined;
  /** If it is due. Says what came of it. @throws {Error} why there is none */
  renewCertificate(): Promise<string>;
}

function localDomains({ server }: Config): LocalDomains {
  return new LocalDomains({
    domains: [server.domain, ...server.domains],
    aliases: server.domainAliases,
    recipientDelimiter: server.recipientDelimiter,
  });
}

/** @throws {Error} why the store cannot be opened */
export async function buildRelay(source: RelaySource): Promise<Relay> {
  const { log, config } = source;
  const first = config();
  const isCounted = () => config().privacy.counters;
  const journal = new Journal(
    log,
    new Counters(isCounted),
    new Metrics(isCounted),
  );
  const reported = new ReportedConditions();
  const reportBug = (error: unknown) => journal.bug(error);
  const store = await openStore({
    stateDir: first.server.stateDir,
    storage: () => config().storage,
    clock: SYSTEM_CLOCK,
    timers: SYSTEM_TIMERS,
    onHealth: () => reported.onChange(),
    onDamage: damageTeller(reported, log),
    onErasureLate: (reason) => tellErasure(reason, reported),
    ...(source.onFatal === undefined ? {} : { onFatal: source.onFatal }),
    onBug: reportBug,
  });
  const settings = await Settings.open(store.settings, source.loaded);
  const domains = localDomains(first);
  const shared = {
    store,
    domains,
    clock: SYSTEM_CLOCK,
    timers: SYSTEM_TIMERS,
    random: systemRandom,
    reportBug,
  };
  const protection = buildProtection({
    reported,
    config,
    queuedMessages: async () => (await federation.queueFacts()).messages,
  });
  const accounts = new Accounts({
    ...shared,
    options: new LiveOptions(settings, config),
    signUpUrl: (domain) => source.signUpUrl(domain),
    resources: () => resources(first.server.stateDir, protection),
  });
  const dns = configuredResolver(config);
  const dkim = await openDkim({ ...shared, settings, config, reported, dns });
  const exchange = await Exchange.open({
    ...shared,
    dns,
    lot: Math.random,
    smtp: smtpSessions(SYSTEM_TIMERS),
    hostname: () => ehloName(settings, first),
    families: () => outgoingFrom(config()).families,
    allowsPrivateTargets: () => config().federation.allowPrivateTargets,
    onUnreadable: () => tellUnreadable("exchangers", reported),
    onIgnored: (count) => tellIgnored(count, reported),
  });
  const federation = await buildFederation({
    ...shared,
    settings,
    config,
    dns,
    signer: dkim.signer,
    exchange,
    onUnreadable: (collection) => tellUnreadable(collection, reported),
  });
  const shares = await openShares({
    ...shared,
    settings,
    config,
    onUnreadable: (collection) => tellUnreadable(collection, reported),
  });
  const push = new RelayPush({
    ...shared,
    settings,
    config,
    dns,
    reported,
    metrics: journal.metrics,
  });
  const sealer = await NoticeSealer.open(shared);
  const ownKeys = new OwnKeys({
    keys: store.accountKeys,
    sealer,
    isOn: () => config().privacy.rememberKeys,
    parse: (text) => domains.parse(text),
    reportBug,
  });
  const { inbound } = federation.serverMail;
  const delivery = new Delivery({
    ...shared,
    mail: tellingOfFirst(store.mail, first.server.stateDir, source.version),
    queue: store.queue,
    staging: store.staging,
    directory: new AccountDirectory(
      store.accounts,
      domains,
      () => addressInUri(settings.get("admin_contact")),
    ),
    inbound,
    ownKeys,
    outbound: federation.outbound,
    hostname: hostnameOf(first),
    counters: journal.counters,
    arrived: (accounts) => push.arrived(accounts),
    settings: () =>
      deliverySettings(settings, config(), {
        shed: protection.shed,
        quota: quotaPolicy(settings, config()),
      }),
  });
  const traffic = new Traffic();
  const bandwidth = await buildBandwidth({
    ...shared,
    settings,
    config,
    traffic,
    metrics: journal.metrics,
  });
  const history = await buildHistory({
    ...shared,
    config,
    metrics: journal.metrics,
  });
  await followPurgeSettings(settings, store.mail);
  const certified = () => withCertificateSettings(config(), settings);
  const backups = new Backups({
    ...shared,
    version: source.version,
    options: () => backupOptions(source.loaded, certified()),
  });
  const administration = await openAdministration({ ...shared, config, log });
  const tasks = new TaskRunner({
    ...shared,
    onProgress: (data) => administration.events.publish({ event: "job", data }),
    backups,
    settings,
    accounts,
    sealer,
    dkim: dkim.watch,
    renewCertificate: () => source.renewCertificate(),
    quota: () => quotaPolicy(settings, config()),
    periodic: true,
  });
  const scheduler = new TaskScheduler({
    ...shared,
    runner: tasks,
    jitter: Math.random,
  });
  return {
    store,
    settings,
    domains,
    accounts,
    delivery,
    sealer,
    ownKeys,
    tasks,
    backups,
    scheduler,
    journal,
    reported,
    inbound,
    federation,
    dns,
    dkim,
    exchange,
    protection,
    traffic,
    bandwidth,
    history,
    push,
    administration,
    shares,
    reportBug,
  };
}

/** Which of them is in the database, where an older or newer program has put it. */
function tellUnreadable(
  collection: string,
  reported: ReportedConditions,
): void {
  reported.report("records_unreadable", `in ${collection}`);
}

function tellErasure(
  reason: string | undefined,
  reported: ReportedConditions,
): void {
  if (reason === undefined) return reported.clear("deleted_data_kept");
  reported.report("deleted_data_kept", reason);
}

function tellIgnored(count: number, reported: ReportedConditions): void {
  if (count === 0) return reported.clear("overrides_ignored");
  reported.report("overrides_ignored", `${count} of them`);
}

/** A line for each; how many there were since the start is in the status. */
function damageTeller(
  reported: ReportedConditions,
  log: Log,
): (damage: ContentDamage) => void {
  let count = 0;
  return ({ path, reason }) => {
    count++;
    log.operational({ event: "content_damaged", path, message: reason });
    reported.report("content_damaged", `${count} found since the start`);
  };
}

const SYSTEM = { clock: SYSTEM_CLOCK, timers: SYSTEM_TIMERS } as const;

/** What admin operations see; `links` are how clients of a domain reach this server now. */
export function adminContext(
  relay: Relay,
  config: () => Config,
  { configFile, links, live, certificate, certificates }: {
    readonly configFile: string | undefined;
    links(domain: string): LinkFacts;
    /** The one that others can verify under this name, if there is one. */
    certificate(name: string): Certificate | undefined;
    readonly certificates: CertificateAdmin;
    live?: LiveServer;
  },
): AdminContext {
  const dns = configuredResolver(config);
  const certified = () => withCertificateSettings(config(), relay.settings);
  const doctor = new Doctor({ config: certified, configFile, dns, ...SYSTEM });
  const around = () => ({ ...relay, config: config(), links });
  const context: AdminContext = {
    ...relay.administration,
    origin: "cli",
    store: relay.store,
    accounts: relay.accounts,
    sealer: relay.sealer,
    domains: relay.domains,
    settings: relay.settings,
    tasks: relay.tasks,
    backups: relay.backups,
    bandwidth: relay.bandwidth,
    history: relay.history,
    federation: relay.federation,
    dkim: relay.dkim,
    names: publishedNames({
      ...relay,
      config,
      certificate,
      ...SYSTEM,
    }),
    exchange: relay.exchange,
    shares: relay.shares,
    tunnels: {
      shadowsocks: () => shadowsocksPlace(around()),
      connectProxy: () => connectProxyPlace(around()),
    },
    certificates,
    ...SYSTEM,
    random: systemRandom,
    arrived: (accounts) => relay.push.arrived(accounts),
    loginLink: (address, password) =>
      loginLink(address, password, links(domain(address))),
    listeners: () => effectiveListeners(config(), relay.settings),
    publicUrl: () => sitePlace(around()),
    adminUrl: () => adminOrigin(config()) ?? sitePlace(around()),
    adminIsAnswered: () => config().admin.enabled,
    stateDir: config().server.stateDir,
    doctor: doctor.control(() => context),
    ...(live === undefined ? {} : { live }),
  };
  return context;
}
