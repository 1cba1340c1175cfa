/** What brings mail to other relays is made of. @module */
import type { Meter } from "../../observe/traffic.ts";
import type { Clock, Timers } from "../../base/clock.ts";
import type { Dns } from "../../dns/answers.ts";
import type { DeliveryNote, QueueStore } from "../../store/queue.ts";
import type { AttemptSeen } from "../attempt_seen.ts";
import type { RouteOverrides } from "../route_override.ts";
import type { Signer } from "../signer.ts";
import type { StsRecord } from "./mta_sts/policy.ts";
import type { HostRecord, Records } from "./records.ts";
import type { SmtpSessions } from "./smtp_sessions.ts";

/** To whom mail may go over HTTP in clear, where nothing else takes it. */
export type HttpFallback = "never" | "ip_literal" | "always";

export interface TransportSettings {
  /** With `always`, HTTP comes before SMTP. */
  readonly httpFallback: HttpFallback;
  /** Whether a certificate that cannot be trusted ends an attempt. */
  readonly tls: "opportunistic" | "verify";
  /** Canonical domains that mail goes to without TLS where there is none. */
  readonly plaintextDomains: readonly string[];
  /** Whether nothing is sent to a literal that shows another certificate, for a week. */
  readonly pinLiterals: boolean;
  /** Whether policies of other domains count (RFC 8461). */
  readonly mtaSts: boolean;
  /** How long HTTPS is left out where only SMTP has worked. */
  readonly httpsNegativeTtlSeconds: number;
  readonly allowPrivateTargets: boolean;
  readonly families: readonly ("ipv4" | "ipv6")[];
  /** Our own addresses to connect from. */
  readonly from?: { readonly ipv4?: string; readonly ipv6?: string };
  readonly connectMs: number;
  /** For a request to be answered, and for each piece of it to be taken. */
  readonly httpMs: number;
  /** From the end of a small message over SMTP to its reply. */
  readonly smtpDataMs: number;
}

export interface TransportPorts {
  readonly https: number;
  readonly http: number;
  readonly smtp: number;
}

export const PORTS: TransportPorts = { https: 443, http: 80, smtp: 25 };

/** What an admin has to know, beyond the one message. */
export interface TransportAlarm {
  /** `signature_refused`: a peer misses our DKIM signature, or finds it wrong; `tls_enforced`: a domain wants TLS that its hosts do not have; `certificate_changed`: a server without a name shows another one. */
  readonly kind: "signature_refused" | "tls_enforced" | "certificate_changed";
  /** Canonical. */
  readonly destination: string;
  readonly note: DeliveryNote;
}

export interface RelayTransportParts {
  /** Of all connections to other servers. */
  readonly meter?: Meter;
  readonly dns: Dns;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Lived seconds, as the store counts them. */
  seconds(): number;
  /** From 0 up to 1. */
  random(): number;
  readonly queue: Pick<QueueStore, "body" | "header" | "small">;
  readonly signer: Signer;
  readonly overrides: RouteOverrides;
  readonly smtp: SmtpSessions;
  readonly records: {
    readonly hosts: Records<HostRecord>;
    readonly mtaSts: Records<StsRecord>;
  };
  /** As they are now. */
  settings(): TransportSettings;
  /** For EHLO: a domain, or an address literal. */
  hostname(): string;
  /** Canonical addresses at which this relay itself answers on that port. */
  own(port: number): ReadonlySet<string>;
  onAttempt(seen: AttemptSeen): void;
  onAlarm(alarm: TransportAlarm): void;
  reportBug(error: unknown): void;
  readonly ports?: TransportPorts;
  /** PEM, trusted beside the authorities of the system. */
  readonly roots?: readonly string[];
}
