/** A relay of the real parts, without a server, as admin operations see it. @module */
import { InvitationNotes } from "../../src/sharing/invitation_notes.ts";
import { Accounts } from "../../src/accounts/accounts.ts";
import { LiveOptions, quotaPolicy } from "../../src/accounts/live_options.ts";
import { loginLink } from "../../src/accounts/login_link.ts";
import { days } from "../../src/base/durations.ts";
import { FederationStatistics } from "../../src/federation/statistics/statistics.ts";
import { RuleBook } from "../../src/federation/policy/rule_book.ts";
import { TestTime } from "../harness/test_time.ts";
import { AdminAccess } from "../../src/admin/access/admin_access.ts";
import { AuditLog } from "../../src/admin/access/audit.ts";
import { AdminEvents } from "../../src/admin/events.ts";
import { Jobs } from "../../src/admin/jobs.ts";
import { NoticeRecords } from "../../src/admin/notices/notice_records.ts";
import type { AdminContext } from "../../src/admin/context.ts";
import {
  type AdminInput,
  type AdminOutput,
  callOperation,
  type OperationName,
} from "../../src/admin/operation_table.ts";
import { Resolver } from "../../src/dns/resolver.ts";
import { smtpSessions } from "../../src/app/federation/smtp_sessions.ts";
import { NoticeSealer } from "../../src/delivery/notices/sealer.ts";
import { DkimKeys } from "../../src/federation/dkim/dkim_keys.ts";
import {
  DKIM_COLLECTION,
  KEY_ROW,
} from "../../src/federation/dkim/key_rows.ts";
import { KeyWatch } from "../../src/federation/dkim/key_watch.ts";
import { PublishedNames } from "../../src/federation/published/published_names.ts";
import { RecordSet } from "../../src/store/record_set.ts";
import { systemRandom } from "../../src/base/random.ts";
import { Exchange } from "../../src/federation/exchange/exchange.ts";
import { loadConfig } from "../../src/config/load.ts";
import { LocalDomains } from "../../src/mail/local_domains.ts";
import { buildHistory } from "../../src/app/metrics/relay_history.ts";
import { Metrics } from "../../src/observe/metrics/metrics.ts";
import { Traffic } from "../../src/observe/traffic.ts";
import { BandwidthLedger } from "../../src/ops/bandwidth/ledger.ts";
import { Backups } from "../../src/ops/backup/backups.ts";
import { backupOptions } from "../../src/app/backups.ts";
import { effectiveListeners } from "../../src/settings/listeners.ts";
import { Shares } from "../../src/sharing/shares.ts";
import { Settings } from "../../src/settings/settings.ts";
import { NO_STATE } from "../../src/tls/acme/kept_state.ts";
import { NO_DNS } from "../federation/exchange_world.ts";
import type { Store } from "../../src/store/store.ts";
import { openTestStore } from "../store/engines.ts";
import { TaskRunner } from "../../src/tasks/task_runner.ts";

/** When its clock begins, in seconds since 1970. */
export const NOW = 1_800_000_000;
export interface Relay extends AdminContext {
  readonly accounts: Accounts;
  readonly clock: TestTime;
}

export async function withRelay(
  test: (relay: Relay) => Promise<void>,
): Promise<void> {
  const stateDir = await Deno.makeTempDir({ prefix: "postern-admin-" });
  const clock = new TestTime(NOW * 1000);
  const store = await openTestStore({ stateDir, clock });
  let sealer: NoticeSealer | undefined;
  try {
    const config = loadConfig({
      text:
        '[server]\ndomain = "relay.example"\n[auth]\nscrypt_ln = 12\nfail_delay_ms = 0\n',
      path: "postern.toml",
    });
    const runtime = await Settings.open(store.settings, config);
    const domains = new LocalDomains({ domains: ["relay.example"] });
    const people = new Accounts({
      store,
      domains,
      options: new LiveOptions(runtime, () => config.values),
      clock,
      timers: clock,
      random: systemRandom,
      signUpUrl: () => undefined,
      resources: () => Promise.resolve({}),
      reportBug(error) {
        throw error;
      },
    });
    const exchange = await Exchange.open({
      store,
      domains,
      dns: NO_DNS,
      clock,
      timers: clock,
      random: systemRandom,
      lot: () => 0,
      smtp: smtpSessions(clock),
      families: () => ["ipv4", "ipv6"],
      allowsPrivateTargets: () => false,
      hostname: () => "here.example",
      onIgnored() {},
      onUnreadable() {},
      reportBug(error) {
        throw error;
      },
    });
    const server = {
      port: 993,
      host: "relay.example",
      security: "ssl",
    } as const;
    const backups = new Backups({
      store,
      clock,
      version: "0.0.0",
      options: () => ({
        ...backupOptions(config, config.values),
        place: { stateDir, database: "chat.db" },
        directory: `${stateDir}/backups`,
      }),
    });
    const bandwidth = await BandwidthLedger.open({
      store,
      clock,
      timers: clock,
      traffic: new Traffic(),
      options: () => ({
        billingDay: 1,
        capOctets: 0,
        isOn: true,
        perUser: true,
        interface: "",
      }),
      readInterface: () => Promise.resolve(undefined),
      reportBug(error) {
        throw error;
      },
    });
    const history = await buildHistory({
      store,
      metrics: new Metrics(),
      clock,
      timers: clock,
      config: () => config.values,
      reportBug(error) {
        throw error;
      },
    });
    const shares = await Shares.open({
      store,
      clock,
      random: systemRandom,
      options: {
        reserved: () => [],
        maxAgeSeconds: () => 0,
        unusedSeconds: () => 0,
      },
      onUnreadable(collection) {
        throw new TypeError(`Cannot read ${collection}`);
      },
      reportBug(error) {
        throw error;
      },
    });
    const { queue } = config.values;
    const rules = await RuleBook.open({
      store,
      domains,
      clock,
      enabled: () => runtime.get("federation_enabled"),
      mode: () => runtime.get("federation_policy"),
      onUnreadable(collection) {
        throw new TypeError(`Cannot read ${collection}`);
      },
      reportBug(error) {
        throw error;
      },
    });
    const dns = new Resolver({
      servers: () => [],
      timeoutMs: 1,
      clock,
      random: systemRandom,
    });
    const keys = new DkimKeys({
      rows: await RecordSet.open({
        store,
        collection: DKIM_COLLECTION,
        schema: KEY_ROW,
        onUnreadable(key) {
          throw new TypeError(`Cannot read ${key}`);
        },
        reportBug(error) {
          throw error;
        },
      }),
      directory: `${stateDir}/dkim`,
      domains: domains.domains,
      settings: () => config.values.dkim,
      clock,
      lived: store.clock,
    });
    sealer = await NoticeSealer.open({
      store,
      clock,
      timers: clock,
      reportBug(error) {
        throw error;
      },
    });
    await test({
      sealer,
      ...await administration(store, clock, stateDir),
      shares,
      publicUrl: () => "https://chat.example",
      adminUrl: () => "https://chat.example",
      adminIsAnswered: () => true,
      dkim: {
        keys,
        watch: new KeyWatch({
          keys,
          dns,
          isEnabled: () => true,
          onRecords() {},
          onFiles() {},
        }),
        engine: () => ({}),
      },
      tunnels: {
        connectProxy: () => "https://chat.example",
        shadowsocks: () => ({
          host: "chat.example",
          port: 8388,
          name: "chat.example",
        }),
      },
      names: new PublishedNames({
        keys,
        lookUps: () => dns,
        facts: () => ({
          domains: domains.domains,
          mailHost: domains.primary,
          addresses: [],
          mtaSts: undefined,
          services: [],
          issuer: undefined,
        }),
        certificateProblem: () => undefined,
        clock,
        timers: clock,
        httpsPort: 443,
      }),
      federation: {
        rules,
        statistics: await FederationStatistics.open({
          store,
          clock,
          timers: clock,
          options: () => ({
            isOn: true,
            perDomain: true,
            retentionSeconds: days(90),
          }),
          reportBug(error) {
            throw error;
          },
        }),
        queueOptions: () => ({
          lifetimeSeconds: queue.lifetime,
          retrySeconds: queue.retry,
          maxParallel: queue.maxParallel,
          perDestination: queue.perDestination,
          startDelaySeconds: queue.startupDelay,
        }),
      },
      origin: "cli",
      store,
      accounts: people,
      domains,
      settings: runtime,
      backups,
      bandwidth,
      history,
      tasks: new TaskRunner({
        store,
        backups,
        accounts: people,
        settings: runtime,
        sealer,
        dkim: { look: () => Promise.resolve([]) },
        renewCertificate: () => Promise.resolve("Nothing done"),
        quota: () => quotaPolicy(runtime, config.values),
        clock,
        timers: clock,
        periodic: false,
      }),
      exchange,
      certificates: {
        mode: "self_signed",
        hostname: domains.primary,
        path: `${stateDir}/tls/fullchain.pem`,
        keyPath: `${stateDir}/tls/privkey.pem`,
        directory: "https://authority.example/directory",
        challenges: ["http-01"],
        names: domains.domains,
        ordered: domains.domains,
        preferredChain: "",
        current: () => Promise.resolve([]),
        problem: () => Promise.resolve(undefined),
        status: () =>
          Promise.resolve([{
            name: domains.primary,
            what: {
              certificate: undefined,
              obstacle: undefined,
              busy: false,
              state: NO_STATE,
              renewalMs: undefined,
              earliestMs: 0,
            },
          }]),
        order: () =>
          Promise.resolve([{
            name: domains.primary,
            what: { kind: "skipped", why: "it is not due" },
          }]),
        hints: () => Promise.resolve([]),
        obstacles: () => [],
      },
      clock,
      timers: {
        // what only lets others have their turn waits for no time to pass
        sleep: () => new Promise((resolve) => setTimeout(resolve, 0)),
        every: (periodMs, tick) => clock.every(periodMs, tick),
      },
      random: systemRandom,
      arrived() {},
      loginLink: (address, password) =>
        loginLink(address, password, {
          imap: server,
          smtp: { ...server, port: 465 },
          publiclyTrusted: true,
        }),
      doctor: {
        ids: ["disk"],
        run: () => Promise.resolve([]),
        isAsking: () => false,
      },
      listeners: () => effectiveListeners(config.values, runtime),
      stateDir,
    });
  } finally {
    sealer?.close();
    await store.close();
    await Deno.remove(stateDir, { recursive: true });
  }
}

/** Of whom nobody can be asked. */
export async function administration(
  store: Store,
  clock: TestTime,
  stateDir: string,
): Promise<
  Pick<
    AdminContext,
    | "access"
    | "audit"
    | "events"
    | "invitationNotes"
    | "jobs"
    | "notices"
    | "ownPages"
  >
> {
  const shared = {
    store,
    clock,
    random: systemRandom,
    reportBug(error: unknown) {
      throw error;
    },
  };
  return {
    access: await AdminAccess.open({
      ...shared,
      options: () => ({
        token: "",
        tokenFile: `${stateDir}/admin_token`,
        idleSeconds: 12 * 3600,
        maxSeconds: days(7),
      }),
    }),
    audit: await AuditLog.open({
      ...shared,
      options: () => ({ days: 90, hidesPeople: false }),
    }),
    events: new AdminEvents(),
    jobs: new Jobs(shared),
    notices: await NoticeRecords.open(shared),
    invitationNotes: await InvitationNotes.open(shared),
    ownPages: {
      directory: () => undefined,
      fallsBack: () => true,
      areShown: () => true,
      hasBrowserClient: () => true,
      look: () => Promise.resolve(undefined),
    },
  };
}

/** What callOperation() does, with the types of the operation. */
export async function call<N extends OperationName>(
  relay: AdminContext,
  name: N,
  input: AdminInput<N>,
): Promise<AdminOutput<N>> {
  return await callOperation(relay, name, input) as AdminOutput<N>;
}
