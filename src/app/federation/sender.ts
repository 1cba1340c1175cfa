/** Who sends what is queued: the runner of the queue, and its transport. @module */
import type { ReportedConditions } from "../../admin/conditions/reported_conditions.ts";
import type { Clock, Timers } from "../../base/clock.ts";
import { Refusal } from "../../base/refusal.ts";
import type { Config } from "../../config/schema.ts";
import type { Delivery } from "../../delivery/delivery.ts";
import type { Exchange } from "../../federation/exchange/exchange.ts";
import { ExchangeTransport } from "../../federation/exchange/exchange_transport.ts";
import type { WayName } from "../../federation/attempt_seen.ts";
import {
  type DelayRecord,
  DELAYS,
  DelayWarnings,
} from "../../federation/delay_warnings.ts";
import { type AlarmKind, PeerAlarms } from "../../federation/peer_alarms.ts";
import { QueueRunner } from "../../federation/queue/runner.ts";
import type { TransportSettings } from "../../federation/transports/parts.ts";
import { HOSTS, MTA_STS } from "../../federation/transports/records.ts";
import { RelayTransport } from "../../federation/transports/relay_transport.ts";
import type { Traffic } from "../../observe/traffic.ts";
import type { Settings } from "../../settings/settings.ts";
import { RecordSet } from "../../store/record_set.ts";
import type { Store } from "../../store/store.ts";
import type { Journal } from "../journal.ts";
import type { Federation } from "./federation.ts";
import { outgoingFrom } from "./own_names.ts";
import { smtpSessions } from "./smtp_sessions.ts";

export interface SenderParts {
  readonly store: Store;
  readonly settings: Settings;
  readonly federation: Federation;
  readonly exchange: Exchange;
  readonly delivery: Delivery;
  readonly reported: ReportedConditions;
  readonly journal: Journal;
  readonly traffic: Traffic;
  readonly clock: Clock;
  readonly timers: Timers;
  config(): Config;
  /** What this server calls itself, for EHLO. */
  hostname(): string;
  /** Canonical addresses at which it answers itself on that port. */
  own(port: number): ReadonlySet<string>;
  reportBug(error: unknown): void;
}

const TRANSPORTS: Readonly<Record<WayName, string>> = {
  https: "mxdeliv",
  http: "mxdeliv",
  smtp: "smtp",
  smtps: "smtp",
};
const ALARMS_MS = 60_000;

export class Sender {
  readonly runner: QueueRunner;
  readonly #parts: SenderParts;
  readonly #transport: RelayTransport;
  readonly #alarms: PeerAlarms;
  readonly #delays: DelayWarnings;
  readonly #ends: (() => void)[] = [];

  private constructor(
    parts: SenderParts,
    records: ConstructorParameters<typeof RelayTransport>[0]["records"],
    delays: RecordSet<DelayRecord>,
  ) {
    const { store, federation, exchange, clock, timers, config, reported } =
      parts;
    const { metrics } = parts.journal;
    this.#parts = parts;
    this.#alarms = new PeerAlarms({
      clock,
      onChange(kind, count) {
        const condition = CONDITIONS[kind];
        if (count === 0) reported.clear(condition);
        else reported.report(condition, alarmText(kind, count));
      },
    });
    this.#transport = new RelayTransport({
      ...parts,
      dns: federation.dns,
      meter: parts.traffic.meter("federation_out"),
      seconds: () => store.clock.seconds(),
      random: Math.random,
      queue: store.queue,
      signer: federation.signer,
      overrides: exchange.routes,
      smtp: smtpSessions(timers),
      records,
      settings: () => transportSettings(config()),
      onAttempt: (seen) => {
        this.#alarms.seen(seen);
        federation.statistics.attempted(seen);
        const transport = TRANSPORTS[seen.way];
        metrics.count("delivery_attempts_total", transport, seen.result);
        if (seen.result !== "delivered") return;
        metrics.tally("messages_total", "outbound", "delivered").count +=
          seen.recipients;
        metrics.tally("message_bytes_total", "outbound").count +=
          seen.sizeOctets;
      },
      onAlarm: (alarm) => this.#alarms.raise(alarm),
    });
    this.#delays = new DelayWarnings({
      queue: store.queue,
      records: delays,
      options: () => ({
        afterSeconds: config().queue.delayWarning,
        lifetimeSeconds: config().queue.lifetime,
      }),
      tell: (delayed) => parts.delivery.reports.tellDelayed(delayed),
    });
    this.runner = new QueueRunner({
      ...parts,
      transport: new ExchangeTransport({
        routes: exchange.routes,
        exchangers: exchange.exchangers,
        transport: this.#transport,
      }),
      policy: () => federation.rules.policy(),
      schedule: () => ({
        stepSeconds: config().queue.retry,
        random: Math.random,
      }),
      limits: () => ({
        total: config().queue.maxParallel,
        perDestination: config().queue.perDestination,
      }),
      onSettled: (settlement) => federation.firstAttempts.settled(settlement),
      startDelaySeconds: config().queue.startupDelay,
    });
  }

  /** Reads what was learned of other servers before. */
  static async open(parts: SenderParts): Promise<Sender> {
    const { store, federation, reportBug } = parts;
    const shared = { store, reportBug };
    const [hosts, mtaSts] = [
      await RecordSet.open({
        ...shared,
        ...HOSTS,
        onUnreadable: () => federation.onUnreadable(HOSTS.collection),
      }),
      await RecordSet.open({
        ...shared,
        ...MTA_STS,
        onUnreadable: () => federation.onUnreadable(MTA_STS.collection),
      }),
    ];
    const delays = await RecordSet.open({
      ...shared,
      ...DELAYS,
      onUnreadable: () => federation.onUnreadable(DELAYS.collection),
    });
    return new Sender(parts, { hosts, mtaSts }, delays);
  }

  /** @throws {Refusal} if the store takes nothing */
  async start(): Promise<void> {
    const { settings, federation, timers } = this.#parts;
    void this.#tellFailures();
    await this.runner.start();
    federation.firstAttempts.start();
    this.#ends.push(
      settings.onChange("federation_enabled", () => this.runner.wake()),
      timers.every(ALARMS_MS, () => this.#alarms.look()),
    );
  }

  /** Ends what runs, within twenty seconds and a little. Safe to repeat. */
  async stop(): Promise<void> {
    this.#ends.splice(0).forEach((end) => end());
    this.#parts.federation.firstAttempts.stop();
    await this.runner.stop();
  }

  /** Also of one that has never started. */
  async close(): Promise<void> {
    await this.#transport.close();
  }

  /** Tells whose mail is late. @throws {Refusal} if the store takes nothing */
  async warnOfDelays(): Promise<void> {
    await this.#delays.look();
  }

  /** What a crash has left untold; there may be much of it. */
  async #tellFailures(): Promise<void> {
    const { delivery, reportBug } = this.#parts;
    try {
      await delivery.reports.tellAll();
    } catch (error) {
      if (!(error instanceof Refusal)) reportBug(error);
    }
  }
}

const CONDITIONS = {
  signature_refused: "signature_refused",
  tls_enforced: "tls_enforced",
  certificate_changed: "peer_certificate_changed",
} as const;

function alarmText(kind: AlarmKind, count: number): string {
  const [one, many] = kind === "tls_enforced"
    ? ["domain", "domains"]
    : ["server", "servers"];
  return `${count} ${count === 1 ? one : many}`;
}

function transportSettings(config: Config): TransportSettings {
  const { federation, queue } = config;
  return {
    ...outgoingFrom(config),
    httpFallback: federation.httpFallback,
    tls: federation.tls,
    plaintextDomains: federation.plaintextDomains,
    pinLiterals: federation.pinLiterals,
    mtaSts: federation.mtaSts,
    httpsNegativeTtlSeconds: federation.httpsNegativeTtl,
    allowPrivateTargets: federation.allowPrivateTargets,
    connectMs: queue.connectTimeout,
    httpMs: queue.httpTimeout,
    smtpDataMs: queue.smtpDataTimeout,
  };
}
