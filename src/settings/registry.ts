/**
 * Every runtime setting. CLI, admin API and `docs/settings.md` are loops over
 * this table; adding a line is all it takes to have one.
 *
 * @module
 */
import {
  choice,
  flag,
  integer,
  type Kind,
  list,
  optional,
  path,
  quote,
  textual,
} from "../config/kinds.ts";
import {
  LISTENER_NAMES,
  type ListenerName,
  listenerRow,
} from "../config/listener_table.ts";
import { hostName } from "../config/network_kinds.ts";
import {
  type Config,
  type KeyName,
  type KeyValue,
  SCHEMA,
  valueOf,
} from "../config/schema.ts";

export interface Setting<T> {
  readonly kind: Kind<T>;
  /** Key of the TOML file that holds the value until the setting is set. */
  readonly toml?: KeyName;
  /** The value until the setting is set. */
  fallback(config: Config): T;
  /** "rebind": listeners are opened and closed for it. */
  readonly effect: "live" | "rebind";
  readonly summary: string;
}

/** A key of the file that can be changed while running. */
function live<K extends KeyName>(
  toml: K,
  fallback: (config: Config) => KeyValue<K>,
): Setting<KeyValue<K>> {
  const { kind, summary } = SCHEMA[toml];
  return {
    kind: kind as unknown as Kind<KeyValue<K>>,
    toml,
    fallback,
    effect: "live",
    summary,
  };
}

type ListenerSettings =
  & { readonly [N in ListenerName as `${N}_port`]: Setting<number | undefined> }
  & {
    readonly [N in ListenerName as `${N}_${"local_only" | "enabled"}`]: Setting<
      boolean
    >;
  };

/** Three for each listener. */
function listenerSettings(): ListenerSettings {
  const rebind = { effect: "rebind" } as const;
  return Object.fromEntries(LISTENER_NAMES.flatMap((name) => {
    const key = `listen.${name}`;
    const port: Setting<number | undefined> = {
      ...rebind,
      kind: optional(integer(1, 65_535)),
      fallback: () => undefined,
      summary: `Port in place of the one in ${key}; empty: that one`,
    };
    const localOnly: Setting<boolean> = {
      ...rebind,
      kind: flag,
      fallback: () => false,
      summary: `127.0.0.1 and ::1 in place of the address in ${key}`,
    };
    const { switchedBy } = listenerRow(name);
    const enabled: Setting<boolean> = {
      ...rebind,
      kind: flag,
      fallback: (config) =>
        switchedBy === undefined || valueOf(config, switchedBy),
      ...(switchedBy === undefined ? {} : { toml: switchedBy }),
      summary: switchedBy === undefined
        ? `Listen as ${key} says; false: not at all`
        : SCHEMA[switchedBy].summary,
    };
    return [
      [`${name}_port`, port],
      [`${name}_local_only`, localOnly],
      [`${name}_enabled`, enabled],
    ];
  })) as ListenerSettings;
}

/** Both in one, so that they change together. */
const certificateFiles: Setting<readonly string[]> = {
  kind: list(path, { max: 2 }),
  fallback: () => [],
  effect: "live",
  summary:
    "Certificate chain and key, in place of tls.cert and tls.key; empty: those",
};

function linkSecurity(
  protocol: string,
): Setting<"ssl" | "starttls" | "default"> {
  return {
    kind: choice("ssl", "starttls", "default"),
    fallback: () => "ssl",
    effect: "live",
    summary: `How sign-up links tell clients to connect for ${protocol}`,
  };
}

/** As other relays and their programs name the modes; the file's words are understood. */
const POLICY_WORDS = { open: "ACCEPT", closed: "REJECT" } as const;
type Policy = keyof typeof POLICY_WORDS;

const federationPolicy: Setting<Policy> = {
  kind: {
    ...textual<Policy>("one of ACCEPT, REJECT", (text) => {
      const word = text.trim().toLowerCase();
      const found = (["open", "closed"] as const).find((mode) =>
        word === mode || word === POLICY_WORDS[mode].toLowerCase()
      );
      if (found) return found;
      throw new SyntaxError(`must be ACCEPT or REJECT (got ${quote(text)})`);
    }),
    format: (mode) => POLICY_WORDS[mode],
  },
  toml: "federation.policy",
  fallback: (c) => c.federation.policy,
  effect: "live",
  summary:
    "Where no rule is about a domain: ACCEPT lets mail pass, REJECT does not",
};

const smtpHostname: Setting<string | undefined> = {
  kind: optional(hostName),
  fallback: () => undefined,
  effect: "live",
  summary: "Name in SMTP greetings; empty: the host name of the server",
};

const SETTINGS = {
  registration_open: live("registration.open", (c) => c.registration.open),
  jit_registration: live("registration.jit", (c) => c.registration.jit),
  registration_token_required: live(
    "registration.token_required",
    (c) => c.registration.tokenRequired,
  ),
  allow_chosen_names: live(
    "registration.allow_chosen_names",
    (c) => c.registration.allowChosenNames,
  ),
  min_username_length: live(
    "registration.min_username_length",
    (c) => c.registration.minUsernameLength,
  ),
  max_username_length: live(
    "registration.max_username_length",
    (c) => c.registration.maxUsernameLength,
  ),
  username_length: live(
    "registration.username_length",
    (c) => c.registration.usernameLength,
  ),
  password_min_length: live(
    "registration.password_min_length",
    (c) => c.registration.passwordMinLength,
  ),
  password_length: live(
    "registration.password_length",
    (c) => c.registration.passwordLength,
  ),
  reg_per_ip_burst: live(
    "registration.per_ip_burst",
    (c) => c.registration.perIpBurst,
  ),
  reg_per_ip_per_hour: live(
    "registration.per_ip_per_hour",
    (c) => c.registration.perIpPerHour,
  ),
  reg_global_per_minute: live(
    "registration.global_per_minute",
    (c) => c.registration.globalPerMinute,
  ),

  max_message_size: live(
    "limits.max_message_size",
    (c) => c.limits.maxMessageSize,
  ),
  send_per_minute: live(
    "submission.send_per_minute",
    (c) => c.submission.sendPerMinute,
  ),
  send_burst: live("submission.send_burst", (c) => c.submission.sendBurst),

  federation_enabled: live(
    "federation.enabled",
    (c) => c.federation.enabled,
  ),
  federation_policy: federationPolicy,
  federation_inbound_auth: live(
    "federation.inbound_auth",
    (c) => c.federation.inboundAuth,
  ),
  bandwidth_monthly_cap: live(
    "bandwidth.monthly_cap",
    (c) => c.bandwidth.monthlyCap,
  ),
  bandwidth_cap_action: live(
    "bandwidth.cap_action",
    (c) => c.bandwidth.capAction,
  ),
  bandwidth_billing_day: live(
    "bandwidth.billing_day",
    (c) => c.bandwidth.billingDay,
  ),
  max_federation_size: live(
    "federation.max_size",
    (c) => c.federation.maxSize,
  ),
  federation_report_hint: live(
    "federation.report_hint",
    (c) => c.federation.reportHint,
  ),

  default_quota: live("quota.default", (c) => c.quota.default),
  quota_when_full: live("quota.when_full", (c) => c.quota.whenFull),
  message_retention_enabled: live(
    "retention.enabled",
    (c) => c.retention.enabled,
  ),
  message_retention: live("retention.messages", (c) => c.retention.messages),
  large_message_retention: live("retention.large", (c) => c.retention.large),
  large_message_size: live(
    "retention.large_size",
    (c) => c.retention.largeSize,
  ),
  unused_account_retention: live(
    "retention.unused_accounts",
    (c) => c.retention.unusedAccounts,
  ),
  inactive_account_retention: live(
    "retention.inactive_accounts",
    (c) => c.retention.inactiveAccounts,
  ),
  inactive_warning: live(
    "retention.inactive_warning",
    (c) => c.retention.inactiveWarning,
  ),
  retention_max_share: live(
    "retention.max_share",
    (c) => c.retention.maxShare,
  ),
  auto_purge_seen: live("retention.seen", (c) => c.retention.seen),
  auto_purge_seen_grace: live(
    "retention.seen_grace",
    (c) => c.retention.seenGrace,
  ),

  push_mode: live("push.mode", (c) => c.push.mode),
  turn_server: live("turn.server", (c) => c.turn.server),
  turn_realm: live("turn.realm", (c) => c.turn.realm),
  turn_secret: live("turn.secret", (c) => c.turn.secret),
  turn_ttl: live("turn.ttl", (c) => c.turn.ttl),
  turn_relay_ip: live("turn.relay_ip", (c) => c.turn.relayIp),
  turn_relay_port_min: live(
    "turn.relay_port_min",
    (c) => c.turn.relayPortMin,
  ),
  turn_relay_port_max: live(
    "turn.relay_port_max",
    (c) => c.turn.relayPortMax,
  ),

  iroh_relay_url: live("iroh.relay_url", (c) => c.iroh.relayUrl),

  log_level: live("log.level", (c) => c.log.level),
  server_comment: live("server.comment", (c) => c.server.comment),
  admin_contact: live("server.admin_contact", (c) => c.server.adminContact),
  smtp_hostname: smtpHostname,
  tls_mode: live("tls.mode", (c) => c.tls.mode),
  tls_files: certificateFiles,
  acme_email: live("acme.email", (c) => c.acme.email),
  web_stealth: live("web.stealth", (c) => c.web.stealth),
  web_gate_key: live("web.gate_key", (c) => c.web.gateKey),
  sharing_enabled: live("sharing.enabled", (c) => c.sharing.enabled),
  web_language: live("web.language", (c) => c.web.language),
  web_show_version: live("web.show_version", (c) => c.web.showVersion),
  web_docs: live("web.docs", (c) => c.web.docs),
  web_operator_docs: live("web.operator_docs", (c) => c.web.operatorDocs),
  web_serve_binary: live("web.serve_binary", (c) => c.web.serveBinary),
  web_operator_name: live("web.operator_name", (c) => c.web.operatorName),
  web_abuse_contact: live("web.abuse_contact", (c) => c.web.abuseContact),
  web_privacy_contact: live(
    "web.privacy_contact",
    (c) => c.web.privacyContact,
  ),
  web_security_contact: live(
    "web.security_contact",
    (c) => c.web.securityContact,
  ),
  webimap_enabled: live("webmail.webimap", (c) => c.webmail.webimap),
  websmtp_enabled: live("webmail.websmtp", (c) => c.webmail.websmtp),
  webmail_cors_origins: live(
    "webmail.cors_origins",
    (c) => c.webmail.corsOrigins,
  ),
  user_invites_per_month: live(
    "webmail.user_invites_per_month",
    (c) => c.webmail.userInvitesPerMonth,
  ),
  admin_path: live("admin.path", (c) => c.admin.path),
  admin_web_enabled: live("admin.web_enabled", (c) => c.admin.webEnabled),
  admin_web_path: live("admin.web_path", (c) => c.admin.webPath),
  admin_cors_origins: live("admin.cors_origins", (c) => c.admin.corsOrigins),
  shadowsocks_cipher: live("shadowsocks.cipher", (c) => c.shadowsocks.cipher),
  shadowsocks_password: live(
    "shadowsocks.password",
    (c) => c.shadowsocks.password,
  ),
  http_proxy_enabled: live("http_proxy.enabled", (c) => c.http_proxy.enabled),
  http_proxy_username: live(
    "http_proxy.username",
    (c) => c.http_proxy.username,
  ),
  http_proxy_password: live(
    "http_proxy.password",
    (c) => c.http_proxy.password,
  ),
  dclogin_imap_security: linkSecurity("IMAP"),
  dclogin_smtp_security: linkSecurity("submission"),

  ...listenerSettings(),
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;
export type SettingValue<N extends SettingName> = (typeof SETTINGS)[N] extends
  Setting<infer T> ? T : never;

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

/** The one place that reads the table without knowing the kind of each value. */
export function settingNamed(name: SettingName): Setting<unknown> {
  return SETTINGS[name] as Setting<unknown>;
}

export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}
