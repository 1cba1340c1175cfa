/** The running server as operations see it; app/ passes it in. @module */
import type { AccountId } from "../base/ids.ts";
import type { TlsMode, Transport } from "../config/listener_table.ts";
import type { LogLevel } from "../observe/fields.ts";
import type { Degraded } from "./conditions.ts";

export interface ServiceConnections {
  readonly name: string;
  readonly connections: number;
  readonly unique_ips: number;
  /** Connections beyond a limit, since the start. */
  readonly refused: number;
  /** Connections that were ended for what the peer did, since the start. */
  readonly cut: number;
}

export interface ListenerShape {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly transport: Transport;
  readonly tls: TlsMode;
  readonly state: "listening" | "failed";
  readonly error?: string;
}

/** What a running server consists of. */
export interface PartShape {
  readonly name: string;
  /** Whether mail goes on without it. */
  readonly optional: boolean;
  /** "failed": it is tried again. */
  readonly state: "starting" | "running" | "failed" | "stopped";
  readonly error?: string;
}

export interface CertificateShape {
  readonly name: string;
  readonly not_after: number;
  readonly days_left: number;
  readonly issuer: string;
  readonly trusted: boolean;
}

/** How short the server is of what, and what it gives up for that. */
export interface ProtectionShape {
  /** false: nothing is given up. */
  readonly enabled: boolean;
  /** In this order; empty: all is taken. */
  readonly refused: readonly string[];
  /** Shares of each budget that are used, 1 for all of it; what cannot be read is absent. */
  readonly budgets: Readonly<Record<string, number>>;
}

export interface LogShape {
  readonly level: string;
  /** The file's, which debug falls back to. */
  readonly configured: string;
  readonly locked: boolean;
}

/** Where sessions come from is known to their sockets alone. */
export interface LiveSessionCount {
  readonly account: string;
  readonly kind: "imap" | "submission" | "web";
  readonly sessions: number;
}

export interface LiveSessions {
  list(): readonly LiveSessionCount[];
  /** Ends all sessions of an account; gives how many. */
  end(account: string): number;
}

/** Of the program, as `upgrade` would get it. */
export interface UpdateShape {
  readonly latest: string | null;
  readonly newer: boolean;
  /** Seconds since 1970 UTC; null: nobody was asked. */
  readonly checked_at: number | null;
  readonly error: string | null;
}

/** Who may not log in now, since too many passwords were wrong. */
export interface LockedNetwork {
  /** An address, or a network of IPv6. */
  readonly network: string;
  readonly seconds: number;
}

/** Messages of one account. */
export interface SentShape {
  readonly messages: number;
  /** Seconds since 1970 UTC: midnight, or when counting began. */
  readonly since: number;
}

/** What of the queue is being sent. */
export interface ServedQueue {
  readonly attempts: number;
  readonly destinations: number;
  /** Nothing begins: federation is off, or the store takes no results. */
  readonly paused: boolean;
}

export interface ReloadReport {
  /** Keys of the file whose new value is in force, and "tls" for a new certificate. */
  readonly changed: readonly string[];
  /** Keys whose new value is in force after a restart. */
  readonly restart: readonly string[];
  /** Keys whose new value is hidden by a setting, with its name. */
  readonly hidden: readonly {
    readonly key: string;
    readonly setting: string;
  }[];
  /** What stayed as it was, and why. */
  readonly errors: readonly string[];
  /** Why the file cannot be used; then nothing has changed. */
  readonly invalid?: string;
}

export const RELOAD_SCOPES = ["all", "config", "tls"] as const;
export type ReloadScope = (typeof RELOAD_SCOPES)[number];

/** What came of asking an exchanger. */
export interface ExchangerPoll {
  /** Messages. */
  readonly pulled: number;
  readonly rejected: number;
  readonly error: string | null;
}

/** What went through a tunnel since the start: numbers only. */
export interface TunnelShape {
  readonly connections: number;
  /** That reached a service. */
  readonly streams: number;
  readonly bytes_in: number;
  readonly bytes_out: number;
  /** By reason, as the tunnel names it. */
  readonly refused: Readonly<Record<string, number>>;
}

/** The server for calls; zeros and nulls while it does not run. */
export interface TurnStatusShape {
  readonly enabled: boolean;
  readonly running: boolean;
  readonly listen: readonly string[];
  /** What clients are told, as host:port. */
  readonly server: string | null;
  readonly realm: string | null;
  readonly relay_addresses: readonly string[];
  readonly relay_ports: readonly [number, number];
  /** Now. */
  readonly allocations: number;
  /** These and all that follow: since it started. */
  readonly allocated: number;
  readonly packets: number;
  readonly bytes: number;
  readonly bindings: number;
  readonly dropped: number;
}

export interface TurnCredentialShape {
  readonly urls: readonly string[];
  readonly username: string;
  readonly password: string;
  readonly expires_at: number;
}

export interface ProbeStep {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface TurnTestShape {
  readonly ok: boolean;
  readonly steps: readonly ProbeStep[];
}

export interface LiveTurn {
  status(): Promise<TurnStatusShape>;
  /** @throws {Refusal} `unavailable` */
  credentials(): TurnCredentialShape;
  /**
   * @param asTold By the address that clients are told, not by this machine's own.
   * @throws {Refusal} `unavailable`
   */
  test(asTold?: boolean): Promise<TurnTestShape>;
}

/** Waking phones; numbers only. */
export interface PushStatusShape {
  readonly mode: "auto" | "on" | "off";
  /** `suspended`: the service fails, and is left alone for a while. */
  readonly status: "enabled" | "disabled" | "suspended";
  readonly advertised: boolean;
  readonly url: string;
  readonly queue_length: number;
  /** These two since the relay was made. */
  readonly successful_notifications: number;
  readonly failed_notifications: number;
  readonly consecutive_failures: number;
  readonly auto_disable_after: number;
  readonly last_success_at: number | null;
  readonly last_error: string | null;
}

export interface LivePush {
  status(): PushStatusShape;
  /** Whether the service can be reached; nobody is woken. */
  test(): Promise<{ readonly ok: boolean; readonly detail: string }>;
}

/** The relay for real-time channels. */
export interface IrohStatusShape {
  readonly enabled: boolean;
  /** Where it is reached, beside the rest of HTTP. */
  readonly listen: readonly string[];
  /** What clients are told. */
  readonly relay_url: string | null;
  /** Now; those that have said who they are. */
  readonly clients: number;
  readonly connections: number;
  /** This and all that follow: since the start. */
  readonly refused: number;
  readonly bytes_in: number;
  readonly bytes_out: number;
  readonly forwarded: number;
  readonly dropped: {
    /** For a key that nobody had. */
    readonly nobody: number;
    /** For a client that took less than there was. */
    readonly full: number;
  };
  /** Frames that were none, and clients that were not who they said. */
  readonly invalid: number;
}

/** What a server can be told to do with itself. */
export interface ServerControl {
  reload(scope: ReloadScope): Promise<ReloadReport>;
  /**
   * Keys whose value in the file is another one than the one that was read.
   *
   * @throws {ConfigError} when it cannot be used
   */
  unreadChanges(): readonly string[];
  /** Begins to stop; sessions get time to end. */
  stop(): void;
  /** Gives the ports to a new process and begins to stop. @throws {Refusal} `unavailable` */
  restart(): Promise<{ readonly pid: number }>;
  /** A new process was asked for, which takes over, or has done so. */
  isHandingOver(): boolean;
}

/** The last lines of the log, as its targets have them. */
export interface LogLine {
  readonly at_ms: number;
  readonly level: string;
  readonly text: string;
}

export interface LiveServer extends ServerControl {
  readonly version: string;
  readonly pid: number;
  readonly uptimeSeconds: number;
  readonly log: LogShape;
  readonly protection: ProtectionShape;
  /** The last of them, oldest first; none while the log is off. */
  logLines(count: number): readonly LogLine[];
  readonly sessions: LiveSessions;
  readonly update: UpdateShape;
  readonly turn: LiveTurn;
  readonly push: LivePush;
  iroh(): IrohStatusShape;
  services(): readonly ServiceConnections[];
  shadowsocks(): TunnelShape;
  connectProxy(): TunnelShape;
  /** Comes through it as a client does. @throws {Error} why nobody would */
  tryShadowsocks(): Promise<void>;
  listeners(): readonly ListenerShape[];
  /** Canonical addresses at which it answers itself on that port. */
  ownAddresses(port: number): ReadonlySet<string>;
  parts(): readonly PartShape[];
  certificates(): readonly CertificateShape[];
  queue(): ServedQueue;
  lockedNetworks(): readonly LockedNetwork[];
  /** Today; undefined where numbers of accounts are not kept. */
  sent(account: AccountId): SentShape | undefined;
  /** How often things happened since the start, of `observe/counters.ts`. */
  counters(): ReadonlyMap<string, number>;
  /** What is wrong now. */
  degraded(): Promise<readonly Degraded[]>;
  /** @throws {Refusal} `not_found`, `invalid_value` if it is not asked at all */
  pollExchanger(name: string): Promise<ExchangerPoll>;
  /** Until the process ends. @throws {Refusal} `invalid_value` when the file locks a lower one */
  setLogLevel(level: LogLevel): void;
}
