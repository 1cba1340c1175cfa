/** Numbers of all parts, as the server gives them. @module */

export interface Overview {
  readonly version: string | null;
  readonly uptime_seconds: number | null;
  readonly update: {
    readonly latest: string | null;
    readonly newer: boolean;
    readonly error: string | null;
  };
  readonly connections: {
    readonly imap: number;
    readonly imap_idle: number | null;
    readonly smtp_in: number;
    readonly submission: number;
    readonly http: number;
    readonly websocket: number | null;
    readonly turn: number;
    readonly shadowsocks: number;
    readonly channels: number;
  };
  readonly accounts: {
    readonly total: number;
    readonly active_24h: number | null;
    readonly blocked: number | null;
  };
  readonly messages_today: {
    readonly sent: number;
    readonly received: number;
    readonly delivered: number;
    readonly out: number;
    readonly refused: number;
  } | null;
  readonly queue: {
    readonly messages: number;
    readonly pending: number;
    readonly held: number;
    readonly oldest_age_s: number | null;
  };
  readonly storage: {
    readonly messages: number | null;
    readonly bytes: number | null;
    readonly database_bytes: number;
  };
  readonly disk: {
    readonly total_bytes: number;
    readonly available_bytes: number;
    readonly percent_used: number;
  } | null;
  readonly process: {
    readonly rss_bytes: number;
    readonly cpu_percent: number | null;
    readonly event_loop_lag_ms: number | null;
  } | null;
  readonly tls: readonly {
    readonly name: string;
    readonly days_left: number;
    readonly trusted: boolean;
  }[];
  readonly federation: {
    readonly domains: number;
    readonly health: {
      readonly perfect: number;
      readonly federated: number;
      readonly bad: number;
      readonly none: number;
    };
  } | null;
  readonly bandwidth: {
    readonly bytes_in_total: number;
    readonly bytes_out_total: number;
    readonly percent_used: number | null;
  };
  readonly push: {
    readonly status: "enabled" | "disabled" | "suspended";
    readonly successful_notifications: number;
  } | null;
  readonly turn: { readonly relays: number };
  readonly warnings: readonly Warning[];
}

export interface Warning {
  readonly code: string;
  readonly severity: "warning" | "error";
  /** In English, with the detail. */
  readonly text: string;
  /** What is the matter, with the numbers. */
  readonly detail: string;
  /** Where in the panel one sees to it. */
  readonly link: string;
}
