/**
 * What each directive of madmail is here: keys of our file, or why there is
 * none. By `block name`, as documented for versions 1 and 2; what stands at the
 * top has no block. Directives that are no rule are told as unknown.
 *
 * @module
 */
import type { KeyName } from "../schema.ts";

export type Rule =
  | { readonly key: KeyName; readonly as?: "seconds" | "words" }
  | { readonly leave: string };

const BUILT_IN = "is built in here and not configured";
const DATABASE =
  "is the database of madmail: import-madmail DIR takes over what is in it";
const DEBUGGING = "is for finding faults: settings set log_level debug";
const NEVER_OPEN =
  "is not there: passwords and mail are taken over TLS alone, also with a certificate of our own";
const ONE_WAY = "is told to clients by what listens and by the certificate";
const RETRIES = "is queue.retry here, a list of waits: 15s, 1m, 2m and more";

const to = (key: KeyName): Rule => ({ key });
const leave = (why: string): Rule => ({ leave: why });

/** Whole blocks that are left out with all that is in them. */
export const BLOCKS: Readonly<Record<string, string>> = {
  msgpipeline: "the way of mail is built in",
  "table.chain": "addresses with +… lead to the account by themselves",
  "table.": BUILT_IN,
  "target.remote": "how other servers are reached is built in: federation.*",
  "target.": BUILT_IN,
  "modify.": BUILT_IN,
  "check.": BUILT_IN,
  "sasl ": "there is no such service",
  dovecot_sasld: "there is no such service",
  check:
    "other servers are checked by DKIM, SPF and DMARC always: federation.inbound_auth",
  modify: "mail is signed with DKIM always",
  limits:
    "limits have keys of their own: smtp.*, submission.*, federation.limits_*",
  source: "who may send as whom is built in",
  default_source: "who may send as whom is built in",
  destination: "the way of mail is built in",
  default_destination: "the way of mail is built in",
  bounce: "reports are built in",
  settings_table: DATABASE,
  mx_auth: "certificates of other servers: federation.tls, federation.mta_sts",
  pgp_encryption: "only encrypted mail passes, always",
};

export const RULES: Readonly<Record<string, Rule>> = {
  " hostname": to("server.hostname"),
  " state_dir": leave(
    "is madmail's: import-madmail DIR takes over accounts, mail, settings and keys",
  ),
  " runtime_dir": leave("is madmail's; here server.runtime_dir"),
  " log": leave(
    "nothing is logged unless log.level says so: settings set log_level info",
  ),
  " debug": leave(DEBUGGING),
  " acme_email": to("acme.email"),
  " max_federation_size": to("federation.max_size"),
  " allow_inbound_remote_rcpt": leave(
    "is not there: mail of strangers for strangers is never taken",
  ),
  " statedir": leave(
    "is madmail's: import-madmail DIR takes over what is in it",
  ),
  " libexecdir": leave("is not needed"),

  "auth.pass_table auto_create": to("registration.jit"),
  "auth.pass_table driver": leave(DATABASE),
  "auth.pass_table dsn": leave(DATABASE),
  "auth.pass_table table_name": leave(DATABASE),
  "auth.pass_table table": leave(DATABASE),

  "storage.imapsql driver": leave(DATABASE),
  "storage.imapsql dsn": leave(DATABASE),
  "storage.imapsql auto_create": leave("is so always"),
  "storage.imapsql default_quota": to("quota.default"),
  "storage.imapsql retention": leave(
    "counts there only once its settings switch it on, and import-madmail DIR takes those over; here it is retention.messages",
  ),
  "storage.imapsql unused_account_retention": to("retention.unused_accounts"),
  "storage.imapsql appendlimit": to("limits.max_message_size"),
  "storage.imapsql mail_fsync": leave(
    "mail is on disk before the sender is told so; see storage.sync",
  ),
  "storage.imapsql blob_dedup": to("storage.dedup"),
  "storage.imapsql compression": leave("contents are stored as they are"),

  "smtp max_message_size": to("limits.max_message_size"),
  "smtp dmarc": leave("the DMARC policy of senders counts always"),
  "smtp hostname": leave("is server.hostname, or the setting smtp_hostname"),
  "smtp tls": leave("one certificate is for all services"),
  "smtp debug": leave(DEBUGGING),
  "submission max_message_size": to("limits.max_message_size"),
  "submission auth": leave(BUILT_IN),
  "submission insecure_auth": leave(NEVER_OPEN),
  "submission hostname": leave("is server.hostname"),
  "submission tls": leave("one certificate is for all services"),
  "submission debug": leave(DEBUGGING),

  "imap auth": leave(BUILT_IN),
  "imap storage": leave(BUILT_IN),
  "imap insecure_auth": leave(NEVER_OPEN),
  "imap xchatmail": leave("is so always"),
  "imap tls": leave("one certificate is for all services"),
  "imap debug": leave(DEBUGGING),
  "imap turn_server": to("turn.server"),
  "imap turn_port": leave("clients are told the port of listen.turn"),
  "imap turn_secret": to("turn.secret"),
  "imap turn_ttl": { key: "turn.ttl", as: "seconds" },

  "turn realm": to("turn.realm"),
  "turn secret": to("turn.secret"),
  "turn relay_ip": to("turn.relay_ip"),
  "turn relay_port_min": to("turn.relay_port_min"),
  "turn relay_port_max": to("turn.relay_port_max"),
  "turn debug": leave(DEBUGGING),
  "turn test_force_relay": leave("is for tests: turn test --relay"),

  "chatmail mx_domain": leave("is server.hostname"),
  "chatmail web_domain": leave("is server.hostname"),
  "chatmail auth_db": leave(BUILT_IN),
  "chatmail storage": leave(BUILT_IN),
  "chatmail username_length": to("registration.username_length"),
  "chatmail password_length": to("registration.password_length"),
  "chatmail min_username_length": to("registration.min_username_length"),
  "chatmail max_username_length": to("registration.max_username_length"),
  "chatmail password_min_length": to("registration.password_min_length"),
  "chatmail admin_path": to("admin.path"),
  "chatmail admin_web_path": to("admin.web_path"),
  "chatmail admin_token": to("admin.token"),
  "chatmail language": to("web.language"),
  "chatmail www_dir": to("web.www_dir"),
  "chatmail enable_contact_sharing": to("sharing.enabled"),
  "chatmail sharing_dsn": leave(DATABASE),
  "chatmail turn_off_tls": leave(NEVER_OPEN),
  "chatmail alpn_smtp": leave(ONE_WAY),
  "chatmail alpn_imap": leave(ONE_WAY),
  "chatmail debug": leave(DEBUGGING),
  "chatmail ss_password": to("shadowsocks.password"),
  "chatmail ss_cipher": to("shadowsocks.cipher"),
  "chatmail ss_cert": leave("there is no Shadowsocks over TLS or WebSocket"),
  "chatmail ss_key": leave("there is no Shadowsocks over TLS or WebSocket"),
  "chatmail ss_allowed_ports": {
    key: "shadowsocks.allowed_ports",
    as: "words",
  },

  "openmetrics debug": leave(DEBUGGING),

  "target.queue target": leave(BUILT_IN),
  "target.queue autogenerated_msg_domain": leave("is the domain"),
  "target.queue location": leave("mail that waits is in the database"),
  "target.queue max_tries": leave(RETRIES),
  "target.queue initial_retry": leave(RETRIES),
  "target.queue retry_time_scale": leave(RETRIES),
  "target.queue max_parallelism": to("queue.max_parallel"),
  "target.queue post_init_delay": to("queue.startup_delay"),
  "target.queue max_delivery_time": to("queue.lifetime"),
  "target.queue delivery_timeout": to("queue.lifetime"),
};

/** Of the file `chatmail.toml` of version 2: the directive that each key is. */
export const TOML_KEYS: Readonly<Record<string, string>> = {
  hostname: " hostname",
  primary_domain: " primary_domain",
  local_domains: " local_domains",
  public_ip: " public_ip",
  state_dir: " state_dir",
  runtime_dir: " runtime_dir",
  tls_mode: " tls_mode",
  acme_email: " acme_email",
  debug: " debug",
  log: " log",
  smtp_listen: "listen smtp",
  submission_listen: "listen submission",
  submission_tls_listen: "listen submission_tls",
  imap_listen: "listen imap",
  imap_tls_listen: "listen imap_tls",
  http_listen: "listen http",
  http_tls_listen: "listen https",
  openmetrics_listen: "listen openmetrics",
  turn_enable: "imap turn_enable",
  turn_server: "imap turn_server",
  turn_port: "imap turn_port",
  turn_secret: "imap turn_secret",
  turn_ttl: "imap turn_ttl",
  turn_listen_udp: "listen turn",
  turn_realm: "turn realm",
  admin_web_path: "chatmail admin_web_path",
  language: "chatmail language",
  www_dir: "chatmail www_dir",
  auth_auto_create: "auth.pass_table auto_create",
  jit_domain: "auth.pass_table jit_domain",
};

/** Which listener the addresses of a block are, by how they begin. */
export const ENDPOINTS: Readonly<
  Record<string, Readonly<Record<string, KeyName>>>
> = {
  smtp: { tcp: "listen.smtp" },
  submission: { tcp: "listen.submission", tls: "listen.submission_tls" },
  imap: { tcp: "listen.imap", tls: "listen.imap_tls" },
  chatmail: { tcp: "listen.http", tls: "listen.https" },
  http: { tcp: "listen.http", tls: "listen.https" },
  turn: { udp: "listen.turn", tcp: "listen.turn", tls: "listen.turn_tls" },
};
