/**
 * The listeners of the relay as values: a new one is a row here. Keys of the
 * file (`listen.NAME`), settings (`NAME_port`, `NAME_local_only`,
 * `NAME_enabled`), collisions, what is bound, who serves it, `status` and the
 * documents are loops over this table.
 *
 * @module
 */

export type Transport = "tcp" | "udp";
/** "both": each on the same port. */
type RowTransport = Transport | "both";
/** When TLS begins: never, when the client asks for it, or with the first octet. */
export type TlsMode = "none" | "starttls" | "implicit";
/** What is spoken there; "mx": SMTP from other servers. */
export type ListenerProtocol =
  | "mx"
  | "submission"
  | "imap"
  | "http"
  | "turn"
  | "shadowsocks";

export interface ListenerRow {
  readonly transport: RowTransport;
  readonly tls: TlsMode;
  readonly protocol: ListenerProtocol;
  /** On every address, unless the file says otherwise. */
  readonly port: number;
  /** In development mode, where nobody may have the other. */
  readonly devPort: number;
  /** It listens only where the file or a setting says so. */
  readonly isOffByDefault?: true;
  /** The key of the file that says whether it listens, for what not everybody wants. */
  readonly switchedBy?: "shadowsocks.enabled" | "iroh.enabled";
  readonly summary: string;
}

export const LISTENERS = {
  smtp: {
    transport: "tcp",
    tls: "starttls",
    protocol: "mx",
    port: 25,
    devPort: 2525,
    summary: "Mail from other servers, STARTTLS",
  },
  submission: {
    transport: "tcp",
    tls: "starttls",
    protocol: "submission",
    port: 587,
    devPort: 1587,
    summary: "Submission, STARTTLS",
  },
  submission_tls: {
    transport: "tcp",
    tls: "implicit",
    protocol: "submission",
    port: 465,
    devPort: 1465,
    summary: "Submission, TLS",
  },
  imap: {
    transport: "tcp",
    tls: "starttls",
    protocol: "imap",
    port: 143,
    devPort: 1143,
    summary: "IMAP, STARTTLS",
  },
  imap_tls: {
    transport: "tcp",
    tls: "implicit",
    protocol: "imap",
    port: 993,
    devPort: 1993,
    summary: "IMAP, TLS",
  },
  http: {
    transport: "tcp",
    tls: "none",
    protocol: "http",
    port: 80,
    devPort: 8080,
    summary: "HTTP",
  },
  https: {
    transport: "tcp",
    tls: "implicit",
    protocol: "http",
    port: 443,
    devPort: 8443,
    summary: "HTTPS, and IMAP and SMTP by ALPN",
  },
  turn: {
    transport: "both",
    tls: "none",
    protocol: "turn",
    port: 3478,
    devPort: 13478,
    summary: "Calls: STUN and TURN, over UDP and TCP",
  },
  turn_tls: {
    transport: "tcp",
    tls: "implicit",
    protocol: "turn",
    port: 5349,
    devPort: 15349,
    isOffByDefault: true,
    summary: "Calls: TURN over TLS",
  },
  shadowsocks: {
    transport: "tcp",
    tls: "none",
    protocol: "shadowsocks",
    port: 8388,
    devPort: 8389,
    switchedBy: "shadowsocks.enabled",
    summary: "Shadowsocks, towards the other ports",
  },
  iroh: {
    transport: "tcp",
    tls: "none",
    protocol: "http",
    port: 3340,
    devPort: 13340,
    isOffByDefault: true,
    switchedBy: "iroh.enabled",
    summary: "HTTP once more, for real-time channels",
  },
} as const satisfies Record<string, ListenerRow>;

export type ListenerName = keyof typeof LISTENERS;

export const LISTENER_NAMES = Object.keys(LISTENERS) as readonly ListenerName[];

/** Names of the rows that are like this. */
export type ListenersLike<Shape extends Partial<ListenerRow>> = {
  [N in ListenerName]: (typeof LISTENERS)[N] extends Shape ? N : never;
}[ListenerName];

/** What the row listens with. */
export function transportsOf(name: ListenerName): readonly Transport[] {
  const { transport } = listenerRow(name);
  return transport === "both" ? ["udp", "tcp"] : [transport];
}

/** The row without what the compiler knows of it. */
export function listenerRow(name: ListenerName): ListenerRow {
  return LISTENERS[name];
}

/** One value for each listener. */
export function perListener<T>(
  make: (name: ListenerName, row: ListenerRow) => T,
): Record<ListenerName, T> {
  return Object.fromEntries(
    LISTENER_NAMES.map((name) => [name, make(name, listenerRow(name))]),
  ) as Record<ListenerName, T>;
}
