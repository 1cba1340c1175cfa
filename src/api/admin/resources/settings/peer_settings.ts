/**
 * Settings by the names that other relays gave them, in their API and in their
 * database, and what each is here. What a relay of ours does not have is named
 * too, with the reason, so that scripts and panels get an answer.
 *
 * @module
 */
import { isSettingName } from "../../../../settings/registry.ts";

/** How a value is written there, where it is another way than ours. */
export type PeerForm = "text" | "seconds" | "days";

export interface PeerSetting {
  /** In the API. */
  readonly name: string;
  /** In the database of those relays; answers name it. */
  readonly key: string;
  /** Of ours; undefined: there is no such thing. */
  readonly setting: string | undefined;
  /** Why it cannot be set, where there is no such thing. */
  readonly absence?: string;
  readonly form: PeerForm;
  /** Whether the value in force is shown while nothing is stored; else it is empty. */
  readonly showsUnset: boolean;
}

function keyOf(name: string): string {
  return `__${name.toUpperCase()}__`;
}

interface Extra {
  readonly key?: string;
  readonly absence?: string;
  readonly form?: PeerForm;
  readonly showsUnset?: boolean;
}

function peer(name: string, setting?: string, extra: Extra = {}): PeerSetting {
  return {
    name,
    key: extra.key ?? keyOf(name),
    setting,
    form: extra.form ?? "text",
    showsUnset: extra.showsUnset ?? false,
    ...(extra.absence === undefined ? {} : { absence: extra.absence }),
  };
}

const SHOWN = { showsUnset: true } as const;
const NO_SASL = "This relay has no SASL service: other programs use its API";
const NO_TRANSPORT = "Shadowsocks comes over TCP and UDP alone here";
const NO_PROXY_PORT = "The HTTP proxy is on the ports of HTTP and HTTPS";

/** Services of theirs, by their names, and our listeners. */
const LISTENERS = {
  smtp: "smtp",
  submission: "submission",
  submission_tls: "submission_tls",
  imap: "imap",
  imap_tls: "imap_tls",
  turn: "turn",
  iroh: "iroh",
  http: "http",
  https: "https",
} as const;

/** Those that say whether a service is for everybody. */
export const ACCESS_SERVICES = [...Object.keys(LISTENERS), "sasl"] as const;

export const PEER_SETTINGS: readonly PeerSetting[] = [
  ...Object.entries(LISTENERS).flatMap(([name, listener]) => [
    peer(`${name}_port`, `${listener}_port`),
    peer(`${name}_local_only`, `${listener}_local_only`),
  ]),
  peer("ss_port", "shadowsocks_port"),
  peer("ss_local_only", "shadowsocks_local_only"),
  ...["sasl", "dovecot"].flatMap((name) => [
    peer(`${name}_port`, undefined, { absence: NO_SASL }),
    peer(`${name}_local_only`, undefined, { absence: NO_SASL }),
  ]),
  peer("ss_ws_port", undefined, { absence: NO_TRANSPORT }),
  peer("ss_grpc_port", undefined, { absence: NO_TRANSPORT }),
  peer("http_proxy_port", undefined, { absence: NO_PROXY_PORT }),
  peer("http_proxy_path", undefined, {
    absence: "The HTTP proxy has no path: clients say CONNECT",
  }),
  peer("http_proxy_username", "http_proxy_username"),
  peer("http_proxy_password", "http_proxy_password"),
  peer("smtp_hostname", "smtp_hostname"),
  peer("turn_realm", "turn_realm"),
  peer("turn_secret", "turn_secret"),
  peer("turn_relay_ip", "turn_relay_ip"),
  peer("turn_relay_port_min", "turn_relay_port_min", SHOWN),
  peer("turn_relay_port_max", "turn_relay_port_max", SHOWN),
  peer("turn_ttl", "turn_ttl", { form: "seconds" }),
  peer("iroh_relay_url", "iroh_relay_url"),
  peer("ss_cipher", "shadowsocks_cipher", SHOWN),
  peer("ss_password", "shadowsocks_password"),
  peer("admin_path", "admin_path"),
  peer("admin_web_path", "admin_web_path", SHOWN),
  peer("dclogin_imap_security", "dclogin_imap_security", SHOWN),
  peer("dclogin_smtp_security", "dclogin_smtp_security", SHOWN),
  peer("language", "web_language", SHOWN),
  peer("webmail_cors_origins", "webmail_cors_origins"),
  peer("appendlimit", "max_message_size"),
  peer("max_message_size", "max_message_size"),
  peer("max_federation_size", "max_federation_size"),
  peer("message_retention", "message_retention", { ...SHOWN, form: "days" }),
];

/** A setting that is on or off, by what it is called where. */
export interface PeerToggle {
  /** In the list of all settings. */
  readonly name: string;
  /** The resource below `/admin/`. */
  readonly resource: string;
  readonly setting: string;
}

/** Those that do nothing but change one setting. */
export const PEER_TOGGLES: readonly PeerToggle[] = [
  ["jit_registration", "registration/jit", "jit_registration"],
  ["turn_enabled", "services/turn", "turn_enabled"],
  ["iroh_enabled", "services/iroh", "iroh_enabled"],
  ["auto_purge_seen_enabled", "services/auto_purge_seen", "auto_purge_seen"],
  [
    "message_retention_enabled",
    "services/message_retention",
    "message_retention_enabled",
  ],
  ["admin_web_enabled", "services/admin_web", "admin_web_enabled"],
  ["webimap_enabled", "services/webimap", "webimap_enabled"],
  ["websmtp_enabled", "services/websmtp", "websmtp_enabled"],
  ["sharing_enabled", "services/sharing", "sharing_enabled"],
  ["binary_download_enabled", "services/binary_download", "web_serve_binary"],
  ["docs_enabled", "services/docs", "web_docs"],
  [
    "registration_token_required",
    "settings/registration_token_required",
    "registration_token_required",
  ],
].map(([name, resource, setting]) => ({
  name: name!,
  resource: resource!,
  setting: setting!,
})).filter(({ setting }) => isSettingName(setting));
