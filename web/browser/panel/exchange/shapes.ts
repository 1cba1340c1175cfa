/** What operations on federation and queue answer, as far as the panel shows it. @module */

export type Policy = "ACCEPT" | "REJECT";

export interface FederationStatus {
  readonly enabled: boolean;
  readonly policy: Policy;
  readonly max_federation_size: number;
  readonly rules: number;
  readonly dismissed: number;
  readonly queue: { readonly waiting: number; readonly held: number };
}

export interface Rule {
  readonly domain: string;
  readonly action: "allow" | "block" | null;
  readonly http: "on" | "off" | null;
  readonly smtp: "on" | "off" | null;
  readonly comment: string;
  readonly created_at: number;
  readonly hits: number;
  readonly last_hit_at: number | null;
}

export interface RuleList {
  readonly policy: Policy;
  readonly rules: readonly Rule[];
}

export type Health = "perfect" | "federated" | "bad" | "none";

export interface Way {
  readonly success: number;
  readonly refused: number;
  readonly deferred: number;
  readonly unreached: number;
  readonly p50_ms: number | null;
  readonly p95_ms: number | null;
  readonly p99_ms: number | null;
}

export interface Peer {
  readonly domain: string;
  readonly health: Health;
  readonly queued_messages: number;
  readonly inbound_deliveries: number;
  readonly successful_deliveries: number;
  readonly failed_http: number;
  readonly failed_https: number;
  readonly failed_smtp: number;
  readonly mean_latency_ms: number | null;
  /** The last fourteen on which there was anything. */
  readonly days: readonly {
    readonly day_start: number;
    readonly delivered: number;
    readonly failed: number;
    readonly received: number;
    readonly mean_latency_ms: number | null;
  }[];
  readonly last_active: number | null;
  readonly last_in: number | null;
  readonly last_out: number | null;
  readonly bytes_in: number;
  readonly bytes_out: number;
  readonly rejected_in: number;
  readonly tls_verified: number;
  readonly bounced: number;
  readonly expired: number;
  readonly last_failure: {
    readonly at: number;
    readonly transport: string;
    readonly text: string;
  } | null;
  readonly ways: Readonly<Record<string, Way>>;
}

export interface Destination {
  readonly dest: string;
  readonly recipients: number;
  readonly held: boolean;
  readonly fail_streak: number;
  readonly last_error: string | null;
  readonly last_transport: string | null;
  readonly last_host: string | null;
  readonly last_attempt_unix: number | null;
  readonly next_attempt_unix: number | null;
}

export interface QueueStatus {
  readonly messages: number;
  readonly recipients: number;
  readonly bytes: number;
  readonly waiting: number;
  readonly held: number;
  readonly failed: number;
  readonly oldest_age_secs: number | null;
  readonly held_destinations: number;
  readonly unreached_destinations: number;
  readonly by_dest: readonly Destination[];
  readonly expires_after_secs: number;
}

export interface QueueEntry {
  readonly id: string;
  readonly mail_from: string;
  readonly rcpt_to: string;
  readonly dest: string;
  readonly state: "waiting" | "leased" | "held" | "failed";
  readonly size: number;
  readonly tries_count: number;
  readonly queued_at_unix: number;
  readonly last_attempt_unix: number | null;
  readonly next_attempt_unix: number | null;
  readonly expires_after_secs: number;
  readonly last_code: number | null;
  readonly last_status: string | null;
  readonly last_error: string | null;
  readonly last_transport: string | null;
  readonly last_host: string | null;
}

export interface Override {
  readonly lookup_key: string;
  readonly target_host: string;
  readonly comment: string;
  readonly tls: string;
  readonly fallback: string;
  readonly http: boolean;
  readonly smtp: boolean;
  readonly hits: number;
  readonly last_used_at: number | null;
}

export interface Exchanger {
  readonly name: string;
  readonly url: string;
  readonly enabled: boolean;
  readonly roles: readonly string[];
  readonly protocol: string;
  readonly domains: readonly string[];
  readonly poll_interval: number;
  readonly long_poll: number;
  readonly tls: string;
  readonly when: string;
  readonly trust_auth: boolean;
  readonly allow_insecure: boolean;
  readonly has_token: boolean;
  readonly last_poll_at: number | null;
  readonly last_ok_at: number | null;
  readonly last_error: string | null;
  readonly pulled: number;
  readonly pushed: number;
}

export interface ProbedRoute {
  readonly domain: string;
  readonly local: boolean;
  readonly lookup_key: string | null;
  readonly exchanger: string | null;
  readonly waiting: string | null;
  readonly problem: string | null;
  readonly ways: readonly {
    readonly way: string;
    readonly host: string;
    readonly port: number;
    readonly reached: boolean;
    readonly text: string;
  }[];
}
