/** The running server as `status` shows it. @module */
import type {
  CertificateShape,
  ExchangerPoll,
  IrohStatusShape,
  ListenerShape,
  LivePush,
  LiveServer,
  LiveSessions,
  LiveTurn,
  LockedNetwork,
  LogLine,
  LogShape,
  PartShape,
  ProtectionShape,
  ReloadReport,
  ReloadScope,
  SentShape,
  ServedQueue,
  ServerControl,
  ServiceConnections,
  TunnelShape,
  UpdateShape,
} from "../../admin/live_server.ts";
import type { Degraded } from "../../admin/conditions.ts";
import type { LoginLimits } from "../../accounts/limits/login_limits.ts";
import type { SessionRegistry } from "../../accounts/session_registry.ts";
import type { Clock } from "../../base/clock.ts";
import type { AccountId } from "../../base/ids.ts";
import type { SendCounts } from "../../delivery/limits/send_counts.ts";
import {
  LISTENER_NAMES,
  listenerRow,
  transportsOf,
} from "../../config/listener_table.ts";
import type { LogLevel } from "../../observe/fields.ts";
import type { Log } from "../../observe/log.ts";
import type { Protection } from "../protection/protection.ts";
import type { Pollers } from "../../federation/exchange/poll/pollers.ts";
import type { Journal } from "../journal.ts";
import type { UpdateWatch } from "../../ops/upgrade/update_watch.ts";
import { daysRemaining } from "../../tls/certificate.ts";
import type { CertificateStore } from "../../tls/certificate_store.ts";
import type { ConditionWatch } from "./condition_watch.ts";
import { liveSessions } from "./live_sessions.ts";
import { ownAddresses } from "../federation/own_names.ts";
import type { RelayIroh } from "../iroh/relay_iroh.ts";
import type { ConnectProxy } from "../proxies/connect_proxy.ts";
import type { Protocols } from "../protocols.ts";
import type { Sender } from "../federation/sender.ts";
import type { Supervisor } from "../services/supervisor.ts";
import type { ServiceListeners } from "../service_listeners.ts";

export interface LiveViewParts {
  readonly version: string;
  readonly clock: Clock;
  readonly control: ServerControl;
  readonly sessions: SessionRegistry;
  readonly logins: Pick<LoginLimits, "locked">;
  readonly listeners: ServiceListeners;
  readonly protocols: Protocols;
  readonly certificates: CertificateStore;
  readonly conditions: ConditionWatch;
  readonly supervisor: Supervisor;
  readonly sender: Sender;
  readonly sends: Pick<SendCounts, "of">;
  readonly updates: Pick<UpdateWatch, "seen">;
  readonly pollers: Pollers;
  readonly turn: LiveTurn;
  readonly push: LivePush;
  readonly log: Log;
  readonly protection: Pick<Protection, "shape">;
  readonly connectProxy: ConnectProxy;
  /** @throws {Error} why nobody would come through */
  tryShadowsocks(): Promise<void>;
  readonly iroh: RelayIroh;
  readonly journal: Pick<Journal, "counters" | "cuts">;
}

export class LiveView implements LiveServer {
  readonly version: string;
  readonly pid = Deno.pid;
  readonly sessions: LiveSessions;
  readonly turn: LiveTurn;
  readonly push: LivePush;
  readonly #startedMs: number;
  readonly #parts: LiveViewParts;

  constructor(parts: LiveViewParts) {
    this.version = parts.version;
    this.sessions = liveSessions(parts.sessions);
    this.turn = parts.turn;
    this.push = parts.push;
    this.#startedMs = parts.clock.monotonic();
    this.#parts = parts;
  }

  get uptimeSeconds(): number {
    const ms = this.#parts.clock.monotonic() - this.#startedMs;
    return Math.floor(ms / 1000);
  }

  services(): readonly ServiceConnections[] {
    const cuts: Readonly<Record<string, number>> = this.#parts.journal.cuts;
    return this.#parts.protocols.counts().map((counts) => ({
      ...counts,
      cut: cuts[counts.name] ?? 0,
    }));
  }

  ownAddresses(port: number): ReadonlySet<string> {
    return ownAddresses(this.#parts.listeners, port);
  }

  iroh(): IrohStatusShape {
    return this.#parts.iroh.status();
  }

  connectProxy(): TunnelShape {
    const { connections, figures } = this.#parts.connectProxy;
    const { octetsIn, octetsOut, ...counts } = figures;
    return {
      connections,
      ...counts,
      bytes_in: octetsIn,
      bytes_out: octetsOut,
    };
  }

  shadowsocks(): TunnelShape {
    const { octetsIn, octetsOut, ...figures } = this.#parts.protocols
      .tunnels();
    return { ...figures, bytes_in: octetsIn, bytes_out: octetsOut };
  }

  tryShadowsocks(): Promise<void> {
    return this.#parts.tryShadowsocks();
  }

  listeners(): readonly ListenerShape[] {
    return LISTENER_NAMES.flatMap((name) => {
      const { tls } = listenerRow(name);
      const bound = this.#parts.listeners.bound(name);
      return transportsOf(name).flatMap((transport) =>
        bound.map(({ hostname, port }) => ({
          name,
          transport,
          address: hostname,
          port,
          tls,
          state: "listening" as const,
        }))
      );
    });
  }

  parts(): readonly PartShape[] {
    return this.#parts.supervisor.statuses();
  }

  certificates(): readonly CertificateShape[] {
    const { certificates, clock } = this.#parts;
    return certificates.all.map((certificate) => ({
      name: certificate.names[0] ?? certificate.subject,
      not_after: Math.floor(certificate.notAfter / 1000),
      days_left: daysRemaining(certificate, clock.now()),
      issuer: certificate.issuer,
      trusted: certificates.isTrusted(certificate),
    }));
  }

  queue(): ServedQueue {
    const { attempts, destinations, isPaused } = this.#parts.sender.runner
      .status();
    return { attempts, destinations, paused: isPaused };
  }

  lockedNetworks(): readonly LockedNetwork[] {
    return this.#parts.logins.locked()
      .map(([network, seconds]) => ({ network, seconds }));
  }

  sent(account: AccountId): SentShape | undefined {
    const sent = this.#parts.sends.of(account);
    return sent && { messages: sent.messages, since: sent.sinceSeconds };
  }

  counters(): ReadonlyMap<string, number> {
    return this.#parts.journal.counters.totals();
  }

  degraded(): Promise<readonly Degraded[]> {
    return this.#parts.conditions.look();
  }

  get update(): UpdateShape {
    const { latest, isNewer, checkedAt, error } = this.#parts.updates.seen;
    return { latest, newer: isNewer, checked_at: checkedAt, error };
  }

  get protection(): ProtectionShape {
    return this.#parts.protection.shape;
  }

  get log(): LogShape {
    const { level, file: { configured, locked } } = this.#parts.log;
    return { level, configured, locked };
  }

  logLines(count: number): readonly LogLine[] {
    return this.#parts.log.tail.recent(count);
  }

  setLogLevel(level: LogLevel): void {
    this.#parts.log.setLevel(level);
  }

  reload(scope: ReloadScope): Promise<ReloadReport> {
    return this.#parts.control.reload(scope);
  }

  unreadChanges(): readonly string[] {
    return this.#parts.control.unreadChanges();
  }

  async pollExchanger(name: string): Promise<ExchangerPoll> {
    const outcome = await this.#parts.pollers.poll(name);
    const { pulled, rejected, error = null } = outcome;
    return { pulled, rejected, error };
  }

  stop(): void {
    this.#parts.control.stop();
  }

  restart(): Promise<{ readonly pid: number }> {
    return this.#parts.control.restart();
  }

  isHandingOver(): boolean {
    return this.#parts.control.isHandingOver();
  }
}
