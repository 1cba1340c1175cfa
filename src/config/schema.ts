/**
 * The configuration file: every key, with its kind, its built-in value and what
 * it is for; `sections/` has a file for each section. Defaults, checks,
 * `postern config` and `docs/configuration.md` are loops over this table; a line
 * in its section is all it takes to have a key.
 *
 * Sizes are octets and durations seconds once read. A key that a runtime
 * setting overrides is read through `Settings`, never from here.
 *
 * @module
 */
import { HTTP_PROXY } from "./sections/beside_mail/http_proxy.ts";
import { IROH } from "./sections/beside_mail/iroh.ts";
import { SHADOWSOCKS } from "./sections/beside_mail/shadowsocks.ts";
import { TURN } from "./sections/beside_mail/turn.ts";
import { AUTH } from "./sections/mail/auth.ts";
import { DKIM } from "./sections/mail/dkim.ts";
import { EXCHANGER } from "./sections/mail/exchanger.ts";
import { FEDERATION } from "./sections/mail/federation.ts";
import { IMAP } from "./sections/mail/imap.ts";
import { LIMITS } from "./sections/mail/limits.ts";
import { MTA_STS } from "./sections/mail/mta_sts.ts";
import { PRIVACY } from "./sections/mail/privacy.ts";
import { PUSH } from "./sections/mail/push.ts";
import { QUEUE } from "./sections/mail/queue.ts";
import { QUOTA } from "./sections/mail/quota.ts";
import { REGISTRATION } from "./sections/mail/registration.ts";
import { RETENTION } from "./sections/mail/retention.ts";
import { SMTP } from "./sections/mail/smtp.ts";
import { SUBMISSION } from "./sections/mail/submission.ts";
import { ACME } from "./sections/server/acme.ts";
import { BACKUP } from "./sections/server/backup.ts";
import { BANDWIDTH } from "./sections/server/bandwidth.ts";
import { DNS } from "./sections/server/dns.ts";
import { DOCTOR } from "./sections/server/doctor.ts";
import { LISTEN } from "./sections/server/listen.ts";
import { LOG } from "./sections/server/log.ts";
import { METRICS } from "./sections/server/metrics.ts";
import { PROTECTION } from "./sections/server/protection.ts";
import { SERVER } from "./sections/server/server.ts";
import { STORAGE } from "./sections/server/storage.ts";
import { TLS } from "./sections/server/tls.ts";
import { UPGRADE } from "./sections/server/upgrade.ts";
import { ADMIN } from "./sections/web/admin.ts";
import { HTTP } from "./sections/web/http.ts";
import { SHARING } from "./sections/web/sharing.ts";
import { WEB } from "./sections/web/web.ts";
import { WEBMAIL } from "./sections/web/webmail.ts";
import type { Key, Keys } from "./sections/key.ts";

export const SECTIONS = {
  server: "Names of this server and where it keeps its state",
  listen:
    'Where it listens: a port, "address:port", or several in an array; "" is off',
  tls: "The certificate",
  acme: "Certificates from an authority (RFC 8555), mode autocert",
  registration: "Who may sign up, and how",
  auth: "Logins",
  smtp: "Mail from other servers (port 25), and what all SMTP ports share",
  submission: "Mail from our own users",
  imap: "Mailboxes",
  http: "Web pages and sign-up",
  web: "What strangers see of the web pages",
  webmail: "Mail over HTTP: WebIMAP and WebSMTP",
  admin: "The admin API and its panel",
  sharing: "Short links to contacts of Delta Chat, made by anybody",
  shadowsocks:
    "A tunnel for clients whose network lets them reach nothing else; it leads to this server alone",
  http_proxy: "The same by CONNECT (RFC 9110 §9.3.6), for clients that know it",
  privacy:
    "What the encryption gate does; there is no switch to turn the gate off",
  limits: "Limits of everything",
  federation: "Mail to and from other servers",
  queue: "Mail that waits to be sent to other servers",
  dns: "Look-ups",
  dkim: "Signatures on mail to other servers (RFC 6376)",
  mta_sts: "What we ask of servers that send us mail (RFC 8461)",
  quota: "How much an account may hold",
  retention: "When mail and accounts are deleted; 0 is never",
  push: "Waking phones when mail has come",
  turn: "Calls (RFC 8489, RFC 8656); where it listens is in [listen]",
  iroh:
    "Real-time channels of apps in chats (iroh 0.35), on the ports of HTTP and HTTPS",
  exchanger: "Servers that carry mail between relays",
  doctor:
    "What other relays may ask, so that they know what is wrong with them",
  storage: "The database and the files beside it",
  protection:
    "What the server may use; when it is nearly used up, sign-ups are refused, then mail of other servers, then large messages, so that existing chats go on",
  bandwidth: "How much passes through the network, and may pass in a month",
  metrics: "What a monitoring system may ask, and what is kept for graphs",
  upgrade: "Other versions of this program",
  backup: "Copies of the relay that it makes by itself",
  log: "The log; off means that nothing about users is ever written",
} as const;
export type SectionName = keyof typeof SECTIONS;

/** Every key by its name, in the order in which files and documents have them. */
export const SCHEMA = {
  ...SERVER,
  ...LISTEN,
  ...TLS,
  ...ACME,
  ...REGISTRATION,
  ...AUTH,
  ...SMTP,
  ...SUBMISSION,
  ...IMAP,
  ...HTTP,
  ...WEB,
  ...WEBMAIL,
  ...ADMIN,
  ...SHARING,
  ...SHADOWSOCKS,
  ...HTTP_PROXY,
  ...PRIVACY,
  ...LIMITS,
  ...FEDERATION,
  ...QUEUE,
  ...DNS,
  ...EXCHANGER,
  ...DOCTOR,
  ...DKIM,
  ...MTA_STS,
  ...QUOTA,
  ...RETENTION,
  ...PUSH,
  ...TURN,
  ...IROH,
  ...STORAGE,
  ...PROTECTION,
  ...BANDWIDTH,
  ...METRICS,
  ...UPGRADE,
  ...BACKUP,
  ...LOG,
} as const satisfies Keys<SectionName>;

export type KeyName = keyof typeof SCHEMA;
export type KeyValue<K extends KeyName> = (typeof SCHEMA)[K] extends
  Key<infer T> ? T : never;

type Camel<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : S;

/** The file as values: `config.smtp.maxErrors`. */
export type Config = {
  readonly [S in SectionName]: {
    readonly [
      K in KeyName as K extends `${S}.${infer Name}` ? Camel<Name> : never
    ]: KeyValue<K>;
  };
};

export const KEY_NAMES = Object.keys(SCHEMA) as readonly KeyName[];

/** The one place that reads the table without knowing the kind of each value. */
export function keyNamed(name: KeyName): Key<unknown> {
  return SCHEMA[name] as Key<unknown>;
}

export function isKeyName(name: string): name is KeyName {
  return Object.hasOwn(SCHEMA, name);
}

/** Nests values by section, with the names code uses. */
export function nest(values: ReadonlyMap<KeyName, unknown>): Config {
  const config: Record<string, Record<string, unknown>> = {};
  for (const section of Object.keys(SECTIONS)) config[section] = {};
  for (const [name, value] of values) {
    const [section = "", key = ""] = name.split(".");
    (config[section] ??= {})[propertyName(key)] = value;
  }
  return config as Config;
}

/** The value of a key, whose kind the table knows. */
export function valueOf<K extends KeyName>(
  config: Config,
  name: K,
): KeyValue<K> {
  const [section = "", key = ""] = name.split(".");
  const nested = config as unknown as Record<string, Record<string, unknown>>;
  return nested[section]?.[propertyName(key)] as KeyValue<K>;
}

/** `max_errors` is `maxErrors` in code. */
function propertyName(key: string): string {
  return key.replace(/_([a-z0-9])/g, (_, letter) => letter.toUpperCase());
}
