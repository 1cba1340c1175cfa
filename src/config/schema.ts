/**
 * The configuration file: every key, with its kind, its built-in value and what
 * it is for. Defaults, checks, `postern config` and `docs/configuration.md` are
 * loops over this table; adding a line is all it takes to have a key.
 *
 * Sizes are octets and durations seconds once read. A key that a runtime
 * setting overrides is read through `Settings`, never from here.
 *
 * @module
 */
import { days, hours } from "../base/durations.ts";
import {
  choice,
  decimal,
  duration,
  flag,
  integer,
  type Kind,
  list,
  milliseconds,
  optional,
  path,
  percent,
  secret,
  settingName,
  size,
  text,
} from "./kinds.ts";
import {
  LISTENER_NAMES,
  type ListenerName,
  listenerRow,
} from "./listener_table.ts";
import {
  certificateName,
  certificatePair,
  certificateProfile,
  contactAddress,
  httpsUrl,
  webUrl,
} from "./authority_kinds.ts";

import { releaseKey } from "./release_key.ts";
import {
  dkimSelector,
  dnsServer,
  domainAliases,
  domainPattern,
  hostName,
  ipAddress,
  ipAddressOf,
  type ListenAddress,
  listenAddress,
  mailDomain,
  network,
  turnRealm,
} from "./network_kinds.ts";
import { shadowsocksCipher } from "./tunnel_kinds.ts";
import {
  adminPath,
  adminToken,
  fieldValue,
  gateKey,
  redirecting,
  relayUrl,
  siteLanguage,
  slugWord,
  stealthMode,
  unknownHost,
  webOrigin,
  webOrigins,
} from "./web_kinds.ts";

export interface Key<T> {
  readonly kind: Kind<T>;
  readonly initial: T;
  readonly required: boolean;
  /** When a change of the file is in force: once it is read again, or when the server starts. */
  readonly inForce: "reload" | "restart";
  readonly summary: string;
}

/** In force once the file is read again; connections that are open keep limits of their own. */
function key<T>(kind: Kind<T>, initial: NoInfer<T>, summary: string): Key<T> {
  return { kind, initial, required: false, inForce: "reload", summary };
}

/** In force when the server starts. */
function atStart<T>(
  kind: Kind<T>,
  initial: NoInfer<T>,
  summary: string,
): Key<T> {
  return { ...key(kind, initial, summary), inForce: "restart" };
}

/** In force when the server starts. `example` stands in documents; there is no default. */
function required<T>(
  kind: Kind<T>,
  example: NoInfer<T>,
  summary: string,
): Key<T> {
  return { ...atStart(kind, example, summary), required: true };
}

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const count = integer(1, 1_000_000);
const MINUTES = 60;
const MAX_POLICY_AGE = 31_557_600;
const RETRY_STEPS = [
  15,
  60,
  2 * MINUTES,
  5 * MINUTES,
  10 * MINUTES,
  15 * MINUTES,
  30 * MINUTES,
  hours(1),
  hours(2),
  hours(4),
];
const seconds = (min: number, max = 86_400) => integer(min, max);

type ListenKeys = {
  readonly [N in ListenerName as `listen.${N}`]: Key<readonly ListenAddress[]>;
};

function listenKeys(): ListenKeys {
  const addresses = list(listenAddress, { max: 16 });
  return Object.fromEntries(
    LISTENER_NAMES.map((name) => {
      const { port, isOffByDefault, summary } = listenerRow(name);
      const initial = isOffByDefault ? [] : [{ port }];
      return [`listen.${name}`, key(addresses, initial, summary)];
    }),
  ) as ListenKeys;
}

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

export const SCHEMA = {
  "server.domain": required(
    mailDomain,
    "chat.example",
    "Domain of the accounts",
  ),
  "server.domains": atStart(
    list(mailDomain),
    [],
    "Further domains; each has accounts of its own",
  ),
  "server.domain_aliases": atStart(
    domainAliases,
    {},
    'Other names of a domain, as { "[192.0.2.1]" = "chat.example" }',
  ),
  "server.hostname": atStart(
    optional(hostName),
    undefined,
    "What clients connect to and what SMTP greets with; empty: the domain without brackets",
  ),
  "server.public_ip": key(
    list(ipAddress, { max: 8 }),
    [],
    "Public addresses of this server, for the records that are to be published; empty: those of its network interfaces",
  ),
  "server.state_dir": atStart(
    path,
    "/var/lib/postern",
    "Directory of the database and of everything generated",
  ),
  "server.runtime_dir": atStart(
    path,
    "",
    "Directory of the control socket; empty: the state directory",
  ),
  "server.recipient_delimiter": atStart(
    choice("", "+", "-", ".", "_"),
    "+",
    "ann+anything@ is delivered to ann@; empty: it is not",
  ),
  "server.comment": key(
    text,
    "",
    "Free text that clients may show (RFC 5464 §6.2.1)",
  ),
  "server.admin_contact": key(
    text,
    "",
    "URI of the operator, as mailto:admin@chat.example (RFC 5464 §6.2.1); an account here gets the mail to postmaster and abuse",
  ),

  "server.app_versions": key(
    path,
    "",
    "Versions of the apps for clients to tell of (JSON), with its signature beside it in FILE.sig, by a key of upgrade.keys or of this program; empty: none are told",
  ),

  ...listenKeys(),

  "tls.mode": key(
    choice("self_signed", "file", "autocert"),
    "self_signed",
    "self_signed: made on first start; file: the files below; autocert: from the authority of [acme], self-signed until it has given one",
  ),
  "tls.cert": key(
    path,
    "/etc/postern/certs/fullchain.pem",
    "Certificate chain, leaf first (mode file)",
  ),
  "tls.key": key(
    path,
    "/etc/postern/certs/privkey.pem",
    "Its key: PKCS#8, PKCS#1 or SEC 1 (mode file)",
  ),
  "tls.extra": key(
    list(certificatePair, { max: 80 }),
    [],
    "More certificates, each served to who asks for one of its names (mode file)",
  ),
  "tls.self_signed_days": key(
    integer(30, 36_500),
    3650,
    "Lifetime of a self-signed certificate",
  ),
  "tls.key_type": key(
    choice("ecdsa-p256", "ecdsa-p384", "rsa-2048"),
    "ecdsa-p256",
    "Key of the certificate (mode autocert)",
  ),
  "tls.reuse_key": key(
    flag,
    true,
    "A renewed certificate keeps its key (mode autocert)",
  ),
  "tls.handshake_timeout_s": atStart(
    seconds(1, 600),
    30,
    "Seconds until TLS is on, of a connection or after STARTTLS",
  ),

  "acme.directory": key(
    httpsUrl,
    "https://acme-v02.api.letsencrypt.org/directory",
    "Directory of the authority",
  ),
  "acme.ca_file": key(
    path,
    "",
    "Root of the directory's own certificate (PEM), where the system does not know it",
  ),
  "acme.email": key(
    contactAddress,
    "",
    "Where the authority may write to; empty: nowhere",
  ),
  "acme.agree_tos": key(
    flag,
    true,
    "The terms of service of the authority are agreed to; false: nothing is asked of it",
  ),
  "acme.profile": key(
    certificateProfile,
    "auto",
    "Profile of the certificate; auto: shortlived where it is for an IP address, else the authority's own",
  ),
  "acme.challenges": key(
    list(choice("http-01", "tls-alpn-01", "dns-01"), { max: 3 }),
    ["http-01", "tls-alpn-01"],
    "How names are shown to be ours, in this order: http-01 over port 80, tls-alpn-01 over port 443, dns-01 by acme.dns_hook; what cannot be done here is passed over",
  ),
  "acme.dns_hook": key(
    path,
    "",
    "Program that is called with present NAME VALUE or cleanup NAME VALUE, and ends when the TXT record is published or gone",
  ),
  "acme.extra_names": key(
    list(certificateName, { max: 80 }),
    [],
    "More names of the certificate, as www.chat.example; *.chat.example needs dns-01",
  ),
  "acme.eab_kid": key(
    text,
    "",
    "Key identifier that the authority gave its customer (RFC 8555 §7.3.4)",
  ),
  "acme.eab_hmac_file": key(
    path,
    "",
    "File with the key that belongs to it, in base64url",
  ),
  "acme.renew_fraction": key(
    decimal(0.05, 0.9),
    0.33,
    "Renew when less than this part of the lifetime is left, where the authority does not say when (RFC 9773)",
  ),

  "registration.open": key(flag, true, "Anyone may sign up"),
  "registration.jit": key(
    flag,
    true,
    "A first login creates the account (while registration is open and no token is required)",
  ),
  "registration.token_required": key(
    flag,
    false,
    "Sign-up needs a registration token",
  ),
  "registration.min_username_length": key(
    integer(1, 64),
    8,
    "Shortest local part of a new account",
  ),
  "registration.max_username_length": key(
    integer(1, 64),
    32,
    "Longest local part of a new account",
  ),
  "registration.username_length": key(
    integer(1, 64),
    9,
    "Length of a generated local part",
  ),
  "registration.password_min_length": key(
    integer(8, 256),
    9,
    "Shortest password of a new account, in octets",
  ),
  "registration.password_length": key(
    integer(8, 256),
    22,
    "Length of a generated password",
  ),
  "registration.allow_chosen_names": key(
    flag,
    true,
    "People who sign up on the web may choose their name",
  ),
  "registration.per_ip_burst": key(
    integer(0, 1_000_000),
    30,
    "New accounts at once from one network (IPv4 /32, IPv6 /56); 0: unlimited",
  ),
  "registration.per_ip_per_hour": key(
    integer(0, 1_000_000),
    60,
    "New accounts an hour from one network; 0: unlimited",
  ),
  "registration.global_per_minute": key(
    integer(0, 1_000_000),
    120,
    "New accounts a minute in all; 0: unlimited",
  ),
  "registration.max_accounts": key(
    integer(0, 1_000_000_000),
    0,
    "No sign-up beyond so many accounts in all; 0: unlimited",
  ),
  "registration.trusted_networks": key(
    list(network),
    ["127.0.0.0/8", "::1/128"],
    "Networks without these limits",
  ),
  "registration.max_load_1m": key(
    decimal(0, 10_000),
    2.5,
    "No new accounts above this load average per core; 0: whatever the load",
  ),
  "registration.min_available_memory": key(
    size(),
    200 * MIB,
    "No new accounts with less memory available; 0: whatever is available",
  ),
  "registration.min_free_disk": key(
    size(),
    GIB,
    "No new accounts with less disk free; 0: whatever is free",
  ),

  "auth.hash_concurrency": key(
    integer(0, 256),
    0,
    "Slow password hashes at once; 0: one for each core",
  ),
  "auth.scrypt_ln": key(
    integer(12, 20),
    14,
    "Cost of hashing passwords that people made up: 2 to this power",
  ),
  "auth.verified_cache_ttl": key(
    duration(),
    hours(24),
    "How long a proven password need not be hashed again",
  ),
  "auth.verified_cache_entries": key(
    integer(0, 10_000_000),
    200_000,
    "Proven passwords remembered",
  ),
  "auth.fail_burst": key(
    integer(1, 100_000),
    20,
    "Failed logins at once from one network",
  ),
  "auth.fail_refill": key(
    duration({ min: 1, max: 86_400 }),
    10,
    "Time after which one more failed login is allowed",
  ),
  "auth.max_failures_per_connection": key(
    integer(1, 100),
    3,
    "Failed logins before a connection is closed",
  ),
  "auth.fail_delay_ms": key(
    integer(0, 60_000),
    1000,
    "Milliseconds until a failed login is answered",
  ),

  "smtp.require_tls": key(
    flag,
    true,
    "Port 25: refuse mail before STARTTLS",
  ),
  "smtp.command_timeout_s": key(
    seconds(1),
    300,
    "Seconds to wait for a command",
  ),
  "smtp.data_timeout_s": key(
    seconds(1),
    180,
    "Seconds between two reads of a message",
  ),
  "smtp.session_max_s": key(
    seconds(1),
    3600,
    "Seconds a connection may last",
  ),
  "smtp.preauth_timeout_s": key(
    seconds(1),
    60,
    "Submission: seconds until a login succeeds",
  ),
  "smtp.max_line": key(
    integer(512, 65_536), // RFC 5321 §4.5.3.1.4
    4096,
    "Longest command line, in octets; at most 4096 before login",
  ),
  "smtp.max_recipients": key(
    integer(100, 100_000), // RFC 5321 §4.5.3.1.8
    1000,
    "Recipients of one message; clients are told",
  ),
  "smtp.max_header_bytes": key(
    size({ min: 4 * KIB, max: 16 * MIB }),
    256 * KIB,
    "Largest header of a message",
  ),
  "smtp.max_errors": key(
    integer(1, 10_000),
    20,
    "Errors before a connection is closed",
  ),
  "smtp.max_connections": key(count, 1000, "Connections to port 25"),
  "smtp.max_connections_per_ip": key(
    count,
    50,
    "… from one address or IPv6 /64",
  ),

  "submission.max_connections": key(count, 1000, "Connections for submission"),
  "submission.max_connections_per_ip": key(
    count,
    200,
    "… from one address or IPv6 /64; mobile networks put many users behind one",
  ),
  "submission.max_per_user": key(count, 20, "… of one account"),
  "submission.send_per_minute": key(
    integer(0, 1_000_000),
    60,
    "Messages a minute from one account; 0: unlimited",
  ),
  "submission.send_burst": key(
    integer(1, 1_000_000),
    60,
    "Messages at once from one account",
  ),
  "submission.recipients_per_hour": key(
    integer(0, 100_000_000),
    20_000,
    "Recipients an hour from one account; 0: unlimited",
  ),
  "submission.rate_mode": key(
    choice("delay", "reject"),
    "delay",
    "Beyond that: slow down first, or refuse at once",
  ),
  "submission.max_delay_s": key(
    integer(0, 120),
    20,
    "Longest delay, in seconds, before refusing",
  ),

  "imap.max_connections": key(count, 10_000, "Connections for IMAP"),
  "imap.max_connections_per_ip": key(
    count,
    500,
    "… from one address or IPv6 /64",
  ),
  "imap.max_connections_per_user": key(
    count,
    32,
    "… of one account; one more ends the oldest that is idle",
  ),
  "imap.preauth_timeout_s": key(
    seconds(1),
    60,
    "Seconds until a login succeeds",
  ),
  "imap.idle_keepalive_s": key(
    seconds(30, 280),
    120,
    "Seconds between two signs of life during IDLE",
  ),
  "imap.inactivity_timeout_s": key(
    seconds(1800), // RFC 3501 §5.4
    1800,
    "Seconds without a command, outside IDLE",
  ),
  "imap.write_stall_s": key(
    seconds(1),
    120,
    "Seconds in which a client must take at least one octet",
  ),
  "imap.max_line": key(
    size({ min: 8 * KIB, max: 16 * MIB }),
    64 * KIB,
    "Longest command line; at most 4K before login",
  ),
  "imap.max_literal": key(
    size({ min: 4 * KIB, max: 16 * MIB }),
    64 * KIB,
    "Largest literal, other than a message",
  ),
  "imap.compress": key(flag, false, "Offer COMPRESS=DEFLATE (RFC 4978 §1)"),
  "imap.advertise_id": key(flag, false, "Offer ID (RFC 2971 §3.1)"),
  "imap.append_policy": key(
    choice("encrypted", "any", "deny"),
    "encrypted",
    "What APPEND takes; any is for test installations",
  ),
  "imap.preauth_capabilities": key(
    choice("minimal", "full"),
    "minimal",
    "What is told to those who have not logged in",
  ),

  "http.alpn_mail": atStart(
    flag,
    true,
    "Serve IMAP and SMTP on the HTTPS port to clients that ask for them by ALPN",
  ),
  "http.max_connections": key(count, 4096, "Connections for HTTP"),
  "http.max_connections_per_ip": key(
    count,
    64,
    "… from one address or IPv6 /64",
  ),
  "http.header_timeout_s": key(
    seconds(1),
    10,
    "Seconds until a request head is there",
  ),
  "http.body_timeout_s": key(
    seconds(1),
    60,
    "Seconds between two reads of a request body",
  ),
  "http.idle_timeout_s": key(
    seconds(1),
    75,
    "Seconds a connection may wait for its next request",
  ),
  "http.write_stall_s": key(
    seconds(1),
    60,
    "Seconds in which a client must take a piece of the answer",
  ),
  "http.trusted_proxies": key(
    list(network),
    [],
    "Networks of reverse proxies: what they say in X-Forwarded-For and X-Forwarded-Proto counts",
  ),
  "http.redirect_to_https": key(
    redirecting,
    "auto",
    "Whether pages that are asked for in clear are led to HTTPS; auto: where browsers trust the certificate",
  ),
  "http.extra_hosts": key(
    list(hostName),
    [],
    "Names besides those of the server under which the site is also asked for, such as that of an onion service",
  ),
  "http.unknown_host": key(
    unknownHost,
    "serve",
    "What is asked for under any other name: serve: gets the site; 421: is refused; close: the connection ends without an answer",
  ),
  "http.allow_insecure_sensitive": key(
    flag,
    false,
    "Accounts are made, and mail, API and panel served, in clear too, to other machines: everybody on the way reads passwords and tokens",
  ),
  "http.hsts_max_age": key(
    duration({ min: 0, max: days(730) }),
    days(180),
    "How long browsers that came by HTTPS with a certificate that they trust come by nothing else (RFC 6797); 0: they are not told so",
  ),
  "http.autoconfig": key(
    flag,
    true,
    "Serve the autoconfiguration file of mail clients",
  ),

  "web.stealth": key(
    stealthMode,
    "off",
    "off: the site is there for all; minimal: strangers find nothing; decoy: they find an ordinary site",
  ),
  "web.decoy_dir": key(
    path,
    "",
    "Files of the ordinary site, with index.html and, if it is there, 404.html; empty: one page as of a new server",
  ),
  "web.gate_key": key(
    gateKey,
    "",
    "While it hides, the site is there for 30 days for who comes by /?k= and this; empty: for nobody",
  ),

  "web.language": key(
    siteLanguage,
    "auto",
    "Language of pages for visitors whose browsers ask for none that there is; auto: English",
  ),
  "web.client_host": key(
    optional(hostName),
    undefined,
    "What links that carry an account name for IMAP and SMTP; empty: the host name that the certificate covers",
  ),
  "web.show_version": key(
    flag,
    false,
    "Pages say which version of the program this is",
  ),
  "web.www_dir": key(
    path,
    "",
    "The operator's own pages and files, each in place of the built-in one; empty: there are none",
  ),
  "web.override_fallback": key(
    flag,
    true,
    "A page of one's own that cannot be rendered is the built-in one; false: visitors see an error",
  ),
  "web.custom_csp": key(
    fieldValue,
    "",
    "Content-Security-Policy of one's own pages; empty: as built-in pages, but with code between the lines and pictures from elsewhere",
  ),
  "web.pages_per_second": key(
    integer(0, 1_000_000),
    20,
    "Pages and files for one address in a second, five times as many at once; 0: unlimited",
  ),
  "web.docs": key(flag, true, "The guide is there to be read, at /docs/"),
  "web.operator_docs": key(
    flag,
    true,
    "Also what it says to operators, which tells what program this is",
  ),
  "web.serve_binary": key(
    flag,
    true,
    "The program itself may be fetched from the site, with what it was signed with",
  ),
  "web.operator_name": key(text, "", "Who runs this server, as pages say it"),
  "web.abuse_contact": key(
    text,
    "",
    "Where shared contacts are reported: an address or URI",
  ),
  "web.privacy_contact": key(
    text,
    "",
    "Who answers questions about privacy; empty: server.admin_contact",
  ),
  "web.security_contact": key(
    text,
    "",
    "Who is told of weaknesses, as /.well-known/security.txt says it (RFC 9116): an address or URI; empty: there is no such file",
  ),

  "webmail.webimap": key(
    flag,
    false,
    "Programs and web pages may read mail over HTTP (WebIMAP)",
  ),
  "webmail.websmtp": key(
    flag,
    false,
    "Programs and web pages may send mail over HTTP (WebSMTP)",
  ),
  "webmail.browser_client": key(
    flag,
    true,
    "Show a messenger at /app while both are on",
  ),
  "webmail.cors_origins": key(
    webOrigins,
    [],
    "Web pages of other origins that may; * is all of them",
  ),
  "webmail.allow_query_password": key(
    flag,
    true,
    "A WebSocket may be asked for with address and password in its URL, as older clients do",
  ),
  "webmail.max_sockets_per_account": key(
    integer(1, 1000),
    8,
    "WebSockets and requests that wait for mail, of one account",
  ),
  "webmail.max_sockets_per_ip": key(
    integer(1, 100_000),
    16,
    "WebSockets and requests that wait for mail, from one address",
  ),
  "webmail.long_poll_max": key(
    duration({ min: 0, max: 600 }),
    2 * MINUTES,
    "Longest time that a request may wait for mail",
  ),
  "webmail.requests_per_minute": key(
    integer(0, 1_000_000),
    600,
    "Requests of one account in a minute; 0 is no limit",
  ),
  "webmail.user_invites_per_month": key(
    integer(0, 10_000),
    0,
    "Invitations that each account may make in a month; 0 is none",
  ),

  "admin.enabled": key(
    flag,
    true,
    "Answer the admin API",
  ),
  "admin.path": key(
    adminPath,
    "/api/admin",
    "Where the admin API is",
  ),
  "admin.web_enabled": key(
    flag,
    false,
    "Show the admin panel; install switches it on",
  ),
  "admin.web_path": key(
    adminPath,
    "/admin",
    "Where the admin panel is; install chooses a path that nobody guesses",
  ),
  "admin.token_file": atStart(
    path,
    "",
    "File of the token that may do everything; empty: admin_token in the state directory. It is made when it is not there",
  ),
  "admin.token": atStart(
    adminToken,
    "",
    "That token itself, in place of the file; disabled: neither API nor panel",
  ),
  "admin.allow_from": key(
    list(network),
    [],
    "Networks that API and panel are there for; empty: all",
  ),
  "admin.listen": atStart(
    list(listenAddress, { max: 8 }),
    [],
    'Where API and panel are, and nowhere else, in clear, as "127.0.0.1:8081"; empty: with the site',
  ),
  "admin.hide_unauthenticated": key(
    flag,
    false,
    "Who has no valid token or session finds no API; always so while the site hides and the path is the built-in one",
  ),
  "admin.cors_origins": key(
    list(webOrigin),
    [],
    "Web sites whose pages may call the API with a token, as https://panel.example",
  ),
  "admin.session_idle": key(
    duration({ min: MINUTES }),
    hours(12),
    "A session of the panel ends when it was not used for so long",
  ),
  "admin.session_max": key(
    duration({ min: MINUTES }),
    days(7),
    "… and in any case after so long",
  ),
  "admin.audit_days": key(
    integer(1, 3650),
    90,
    "Days for which it is kept who changed what",
  ),
  "admin.update_check": key(
    flag,
    false,
    "Look once a day at upgrade.url whether there is a newer release, and show it; nothing is installed",
  ),
  "admin.locked": key(
    list(settingName, { max: 200 }),
    [],
    "Settings, by their names in docs/settings.md, that are as this file says: nobody changes them otherwise, and what was set before does not count",
  ),
  "sharing.enabled": key(
    flag,
    true,
    "Anybody may make a short link to a contact; while web.stealth is on nobody can",
  ),
  "sharing.reserved_slugs": key(
    list(slugWord, { max: 1000 }),
    [],
    "Endings that nobody is given, besides those that this program needs",
  ),
  "sharing.max_age": key(
    duration(),
    0,
    "Age at which links are deleted; 0: never",
  ),
  "sharing.unused_after": key(
    duration(),
    days(365),
    "Links that nobody has looked at for so long are deleted; 0: never",
  ),
  "sharing.per_ten_minutes": key(
    integer(0, 1_000_000),
    5,
    "New links in ten minutes from one address; 0: unlimited",
  ),

  "shadowsocks.enabled": key(
    flag,
    false,
    "Clients may come through Shadowsocks",
  ),
  "shadowsocks.cipher": key(
    shadowsocksCipher,
    "chacha20-ietf-poly1305",
    "Cipher that clients have to use; the first is the fastest here by far",
  ),
  "shadowsocks.password": key(
    secret,
    "",
    "Password of all clients, for ciphers of 2022 a key in Base64; empty: made when it is needed first",
  ),
  "shadowsocks.host": key(
    optional(hostName),
    undefined,
    "Name or address in links for clients; empty: what clients connect to for mail",
  ),
  "shadowsocks.allowed_ports": key(
    list(integer(1, 65_535)),
    [],
    "Ports of this machine that clients may reach; empty: those of this server that clients use",
  ),
  "shadowsocks.handshake_timeout_s": key(
    seconds(1, 600),
    10,
    "Seconds in which a client must say what it wants",
  ),
  "shadowsocks.idle_timeout": key(
    duration({ min: 10 }),
    10 * MINUTES,
    "A connection ends when nothing has gone through it for so long",
  ),
  "shadowsocks.public": key(
    flag,
    false,
    "The web page shows the link to everybody who sees the page",
  ),
  "shadowsocks.max_connections": key(
    count,
    4096,
    "Connections for Shadowsocks",
  ),
  "shadowsocks.max_connections_per_ip": key(
    count,
    200,
    "Connections for Shadowsocks from one address",
  ),

  "http_proxy.enabled": key(
    flag,
    false,
    "Clients may come through CONNECT on the ports of HTTP and HTTPS",
  ),
  "http_proxy.username": key(
    text,
    "",
    "User name of all clients; empty: made when it is needed first",
  ),
  "http_proxy.password": key(
    secret,
    "",
    "Password of all clients; empty: made when it is needed first",
  ),

  "privacy.rewrite_subject": key(
    flag,
    true,
    'Replace the clear-text Subject of encrypted mail by "[...]"',
  ),
  "privacy.strip_headers": key(
    flag,
    true,
    "Remove header fields that tell about the sender's device and network",
  ),
  "privacy.allow_autocrypt_setup": key(
    flag,
    true,
    "Let Autocrypt Setup Messages pass",
  ),
  "privacy.accept_old_packet_format": key(
    flag,
    true,
    "Take OpenPGP packets in the old format too (RFC 9580 §4.2.2)",
  ),

  "privacy.counters": key(
    flag,
    true,
    "Count messages, accounts and logins; false: no such number is kept, logged or told to a monitoring system",
  ),

  "privacy.remember_keys": key(
    flag,
    false,
    "Keep the public key that an account's own mail shows in clear, to encrypt notices of the operator to it: other notices are not shown by Delta Chat from 2.50 on; false: all are forgotten",
  ),

  "limits.max_message_size": key(
    size({ min: 1, max: GIB }),
    100 * MIB,
    "Largest message",
  ),

  "federation.enabled": key(
    flag,
    true,
    "Exchange mail with other servers; false: what is queued stays",
  ),
  "federation.policy": key(
    choice("open", "closed"),
    "open",
    "Where no rule is about a domain: open lets mail pass, closed does not",
  ),
  "federation.reject_at_rcpt": key(
    choice("single", "always", "never"),
    "single",
    "Recipients elsewhere who cannot get mail: single refuses a message that nobody else gets and reports the others, always refuses at RCPT, never reports all",
  ),
  "federation.max_size": key(
    size({ min: 64 * KIB, max: GIB }),
    70 * MIB,
    "Largest message from or to other servers",
  ),
  "federation.first_attempt_wait": key(
    milliseconds({ max: 30_000 }),
    1500,
    "How long the reply to a user waits for the first attempts, so that a refusal can be the reply; 0: not at all",
  ),
  "federation.http_fallback": key(
    choice("never", "ip_literal", "always"),
    "ip_literal",
    "To whom mail may go over HTTP without TLS: nobody, servers that are an IP address, or all, and then before SMTP",
  ),
  "federation.tls": key(
    choice("opportunistic", "verify"),
    "opportunistic",
    "Mail is sent with TLS; opportunistic: also where the certificate cannot be verified",
  ),
  "federation.plaintext_domains": key(
    list(mailDomain),
    ["nauta.cu"],
    "Domains that get mail without TLS where they have none",
  ),
  "federation.pin_literals": key(
    flag,
    false,
    "Send nothing to an address literal whose certificate has changed, for a week",
  ),
  "federation.mta_sts": key(
    flag,
    true,
    "Obey the policies by which domains demand TLS (RFC 8461)",
  ),
  "federation.https_negative_ttl": key(
    duration({ min: 60, max: days(1) }),
    1800,
    "How long HTTPS is left out at a host where only SMTP has worked",
  ),
  "federation.allow_private_targets": key(
    flag,
    false,
    "Let names of other domains lead to private addresses, as in a laboratory",
  ),
  "federation.ipv4_only": key(flag, false, "Connect over IPv4 alone"),
  "federation.bind_ipv4": key(
    optional(ipAddressOf(4)),
    undefined,
    "Own IPv4 address to connect from; empty: as the system chooses",
  ),
  "federation.bind_ipv6": key(
    optional(ipAddressOf(6)),
    undefined,
    "Own IPv6 address to connect from; empty: as the system chooses",
  ),
  "federation.report_hint": key(
    flag,
    true,
    "Reports to our users, those of other servers too, have the field by which Delta Chat shows them although it discards unencrypted mail",
  ),

  "federation.inbound_auth": key(
    choice("strict", "balanced", "open"),
    "balanced",
    "Whose mail is taken: strict, that which the author's domain has signed; balanced, also that which comes from the servers of a domain not known to sign; open, anybody's",
  ),
  "federation.check_literals": key(
    flag,
    true,
    "Mail from an IP address as domain has to come from there; false: not where inbound_auth is open",
  ),
  "federation.http_inbound": key(
    flag,
    true,
    "Take mail of other servers over plain HTTP too",
  ),
  "federation.anti_enumeration": key(
    flag,
    true,
    "Over HTTP, servers that have not shown who they are get the same answer whether an account exists or not",
  ),
  "federation.dsn_require_known": key(
    flag,
    true,
    "Take reports only of mail that the account has sent there in the last five days",
  ),
  "federation.limits_concurrent_per_ip": key(
    count,
    30,
    "Deliveries over HTTP at once, from one IPv4 address or IPv6 network",
  ),
  "federation.limits_concurrent_total": key(
    count,
    200,
    "Deliveries over HTTP at once",
  ),
  "federation.limits_requests_per_minute": key(
    integer(0, 1_000_000),
    600,
    "Deliveries over HTTP from one address; 0: any number",
  ),
  "federation.limits_spool": key(
    size({ min: MIB }),
    2 * GIB,
    "Of all that is being received over HTTP together",
  ),

  "federation.stats_per_domain": key(
    flag,
    true,
    "Count mail with each other domain; false: sums alone",
  ),
  "federation.stats_retention_days": key(
    integer(1, 3650),
    90,
    "How long a domain without mail stays in the statistics",
  ),

  "queue.lifetime": key(
    duration({ min: 300, max: days(14) }),
    hours(48),
    "How long it is tried to send a message",
  ),
  "queue.max_parallel": key(integer(1, 1000), 64, "Attempts at once"),
  "queue.per_destination": key(
    integer(1, 1000),
    2,
    "… at one destination; 1 while it cannot be reached",
  ),
  "queue.startup_delay": atStart(
    duration({ max: 3600 }),
    10,
    "After a start, time until mail that was due before is tried, over a minute",
  ),
  "queue.retry": key(
    list(duration({ min: 1, max: days(14) }), { max: 32 }),
    RETRY_STEPS,
    "Time until the next attempt after the first failure, the second, …; the last one repeats",
  ),

  "queue.delay_warning": key(
    duration({ max: days(14) }),
    0,
    "After how long the sender of a message that still waits is told so; 0: never, since Delta Chat shows no such report",
  ),
  "queue.connect_timeout": key(
    milliseconds({ min: 1000, max: 300_000 }),
    30_000,
    "Until a connection to another server is there",
  ),
  "queue.http_timeout": key(
    milliseconds({ min: 1000, max: 600_000 }),
    60_000,
    "Until another server has answered over HTTP",
  ),
  "queue.smtp_data_timeout": key(
    milliseconds({ min: 10_000, max: 3_600_000 }),
    600_000,
    "Until another server has said over SMTP whether it takes a message",
  ),

  "dns.servers": key(
    list(dnsServer, { max: 8 }),
    [],
    'DNS servers, as "192.0.2.53" or "[2001:db8::53]:5353"; empty: those of the system',
  ),
  "dns.timeout": key(
    milliseconds({ min: 100, max: 60_000 }),
    5000,
    "Until a server is given up; each is asked twice",
  ),

  "exchanger.relay": key(
    choice("off", "selected", "all"),
    "off",
    "Pass on mail for other servers that exchangers bring: none, to the domains of exchangers and of relay_recipients, or to all",
  ),
  "exchanger.relay_recipients": key(
    list(domainPattern, { max: 1000 }),
    [],
    "Domains to which mail is passed on, as example.org, *.example.org or *",
  ),
  "exchanger.relay_senders": key(
    list(domainPattern, { max: 1000 }),
    [],
    "Domains from which mail is passed on; empty: all",
  ),
  "exchanger.relay_from": key(
    list(network, { max: 1000 }),
    [],
    "Networks from which mail is passed on without a token, as 192.0.2.0/24",
  ),
  "exchanger.legacy_paths": key(
    flag,
    false,
    "Answer /pull and /pull/ack as well, as older exchangers ask",
  ),
  "doctor.echo": key(
    flag,
    false,
    "Connect back to relays that ask which of their ports are open from outside",
  ),

  "dkim.enabled": key(
    flag,
    true,
    "Sign what leaves in the name of a domain; most servers take nothing unsigned",
  ),
  "dkim.selector": atStart(
    dkimSelector,
    "default",
    "Selector of the first keys of a domain; later ones have their month",
  ),
  "dkim.key_file": atStart(
    optional(path),
    undefined,
    "File of the first RSA key of the domain; one that is there is used as it is. Empty: dkim/SELECTOR.pem",
  ),
  "dkim.ed25519": key(
    flag,
    true,
    "Sign with Ed25519 (RFC 8463) beside RSA",
  ),
  "dkim.on_missing": key(
    choice("hold", "send"),
    "hold",
    "A key is lost: hold mail for up to an hour before it leaves unsigned, or send it so at once",
  ),

  "mta_sts.mode": key(
    choice("enforce", "testing", "none"),
    "enforce",
    "What others do when our certificate cannot be verified: nothing is sent, or it is; there is no policy while the certificate is self-signed",
  ),
  "mta_sts.max_age": key(
    duration({ min: 86_400, max: MAX_POLICY_AGE }), // RFC 8461 §3.2
    days(28),
    "How long others keep the policy",
  ),

  "quota.default": key(
    size(),
    GIB,
    "What an account may hold, unless it has a quota of its own",
  ),
  "quota.when_full": key(
    choice("expire_oldest", "reject"),
    "expire_oldest",
    "A full account: delete its oldest messages, or refuse new ones",
  ),
  "quota.trim_from": key(
    percent,
    75,
    "Percent of the quota from which the oldest messages are deleted …",
  ),
  "quota.trim_to": key(percent, 70, "… down to this"),
  "quota.protect": key(
    duration(),
    hours(24),
    "Messages younger than this are never deleted for it",
  ),
  "quota.flood_per_minute": key(
    integer(0, 1_000_000),
    10,
    "Messages of one sender to accounts that are full of younger ones, after the first 30; 0: any number",
  ),

  "retention.enabled": key(flag, true, "Delete old messages"),
  "retention.messages": key(
    duration(),
    days(20),
    "Age at which a message is deleted",
  ),
  "retention.large": key(
    duration(),
    days(7),
    "Age at which a large message is deleted once it was read; 0: as any other",
  ),
  "retention.large_size": key(
    size({ min: 1 }),
    200_000,
    "A message above this is large",
  ),
  "retention.unused_accounts": key(
    duration(),
    days(30),
    "Age at which an account is deleted that nobody ever logged in to; 0: never",
  ),
  "retention.inactive_accounts": key(
    duration(),
    days(90),
    "Time without a login after which an account is deleted; 0: never",
  ),
  "retention.inactive_warning": key(
    duration(),
    days(7),
    "An account that is to be deleted for want of logins gets one message so long before; 0: none",
  ),
  "retention.max_share": key(
    percent,
    25,
    "Most of all messages or accounts, in percent, that one run of a task deletes unasked; 100: any number",
  ),
  "retention.seen": key(
    flag,
    false,
    "Delete messages once they were read; bad for people with several devices",
  ),
  "retention.seen_grace": key(
    duration(),
    0,
    "Time between reading and deleting",
  ),

  "push.mode": key(
    choice("auto", "on", "off"),
    "auto",
    "auto: phones are woken, but while the service below is out of order for long; on: always tried; off: nobody is",
  ),
  "push.url": key(
    webUrl,
    "https://notifications.delta.chat/notify",
    "Service that wakes phones; it is sent tokens that apps have made for it, and nothing else",
  ),
  "push.ca_file": key(
    path,
    "",
    "Root of its certificate (PEM), where the system does not know it",
  ),

  "turn.server": key(
    optional(hostName),
    undefined,
    "What clients of calls are told to connect to: a name or an IPv4 address; empty: the host name of the server",
  ),
  "turn.realm": key(
    turnRealm,
    "",
    "Realm of credentials, up to 32 characters; empty: the end of the host name",
  ),
  "turn.secret": key(
    secret,
    "",
    "What credentials are made of, where others make them too; empty: one of its own",
  ),
  "turn.ttl": key(
    duration({ min: hours(13), max: days(30) }),
    hours(24),
    "How long credentials last; clients fetch others twelve hours before the end",
  ),
  "turn.relay_ip": key(
    list(ipAddress, { max: 2 }),
    [],
    "Public addresses that calls are relayed at, one IPv4 and one IPv6 at most; empty: server.public_ip, else those of the interfaces",
  ),
  "turn.relay_port_min": key(
    integer(1024, 65_535),
    49_152,
    "First UDP port of relayed addresses",
  ),
  "turn.relay_port_max": key(
    integer(1024, 65_535),
    65_535,
    "Last UDP port of relayed addresses",
  ),
  "turn.max_allocations": key(
    integer(1, 16_384),
    2000,
    "Relayed addresses at once, of which a call has up to four",
  ),
  "turn.max_allocations_per_ip": key(
    integer(1, 16_384),
    50,
    "Relayed addresses at once for clients from one network",
  ),
  "turn.max_allocations_per_user": key(
    integer(1, 16_384),
    32,
    "Relayed addresses at once for one user; one more takes the place of the oldest",
  ),
  "turn.max_bandwidth": key(
    size(),
    512 * KIB,
    "Octets a second of one relayed address, in each direction; 0: unlimited",
  ),
  "turn.allow_peers": key(
    list(network),
    [],
    "Networks that may be called although they are private, as in a company",
  ),
  "turn.deny_peers": key(
    list(network),
    [],
    "Networks that may not be called, besides those that are private",
  ),

  "iroh.enabled": key(
    flag,
    true,
    "Pass on what devices in a chat send each other at once",
  ),
  "iroh.relay_url": key(
    relayUrl,
    "",
    "Where clients are told to go; empty: here, over HTTPS where the certificate is trusted, else over HTTP",
  ),
  "iroh.max_clients": key(count, 20_000, "Connections for it"),
  "iroh.max_clients_per_ip": key(
    count,
    100,
    "… from one address or IPv6 /64",
  ),
  "iroh.rx_rate": key(
    size(),
    4 * MIB,
    "Octets a second that one connection may send, the rest waits; 0: any number",
  ),
  "iroh.rx_burst": key(
    size({ min: MIB + 5 }),
    16 * MIB,
    "Octets at once, before that is so",
  ),

  "storage.database": atStart(
    path,
    "chat.db",
    "Database file, relative to the state directory",
  ),
  "storage.sync": atStart(
    choice("full", "normal", "off"),
    "full",
    "What survives: power loss, only the end of the process, or (for benchmarks) nothing",
  ),
  "storage.inline_max": atStart(
    size({ max: 16 * MIB }),
    64 * KIB,
    "Larger messages are files beside the database",
  ),
  "storage.dedup": atStart(
    flag,
    true,
    "Store equal large messages once",
  ),
  "storage.min_free": key(
    size(),
    512 * MIB,
    "No mail is taken with less disk free",
  ),

  "protection.enabled": key(flag, true, "Refuse what is said above"),
  "protection.max_memory": key(
    size(),
    0,
    "Memory of the server; 0: three quarters of what the machine or its container has",
  ),
  "protection.max_queued": key(
    integer(100, 100_000_000),
    200_000,
    "Messages that wait for other servers",
  ),
  "protection.max_lag": key(
    milliseconds({ min: 50, max: 60_000 }),
    2000,
    "How late the main thread may be on the average of some seconds",
  ),
  "protection.large_message": key(
    size({ min: 64 * KIB }),
    MIB,
    "A message above this is large",
  ),

  "bandwidth.monthly_cap": key(
    size(),
    0,
    "What may go out in a month: there is a warning from 80 percent on; 0: any amount",
  ),
  "bandwidth.cap_action": key(
    choice("none", "disable_relays"),
    "none",
    "What is done once that much has gone out: disable_relays has no calls relayed and no tunnels led until the month ends; mail always passes",
  ),
  "bandwidth.billing_day": key(
    integer(1, 28),
    1,
    "Day on which a month begins, UTC",
  ),
  "bandwidth.per_user": key(
    flag,
    false,
    "Count octets of each account in the month and on its days too, and messages that it sends in a day; not while privacy.counters is off",
  ),
  "bandwidth.interface": key(
    text,
    "",
    "Network interface to compare with, as eth0; empty: none",
  ),

  "metrics.listen": atStart(
    list(listenAddress, { max: 8 }),
    [],
    'Where a monitoring system asks for /metrics, as "127.0.0.1:9749"; empty: nowhere',
  ),
  "metrics.token": key(
    text,
    "",
    "What it has to show, as bearer token or as the password of any user; empty: nothing",
  ),
  "metrics.allow_public": key(
    flag,
    false,
    "Let it listen at other addresses than loopback without a token",
  ),
  "metrics.compat_maddy": key(
    flag,
    false,
    "Tell some numbers under the names that madmail has for them too",
  ),
  "metrics.history_enabled": key(
    flag,
    true,
    "Keep what is measured of the relay, for graphs; numbers about nobody",
  ),
  "metrics.history_minutes_keep": key(
    duration({ min: hours(1) }),
    hours(48),
    "How long by the minute; like the two below, of time in which the server ran",
  ),
  "metrics.history_quarters_keep": key(
    duration({ min: hours(1) }),
    days(30),
    "How long by the quarter of an hour",
  ),
  "metrics.history_hours_keep": key(
    duration({ min: hours(2) }),
    days(730),
    "How long by the hour",
  ),

  "upgrade.url": key(
    text,
    "",
    'Where "upgrade" finds release.json and what it names, as "https://example.org/releases/latest/", or the program of another relay, as "https://chat.example/postern"; empty: it has to be told each time',
  ),
  "upgrade.keys": key(
    list(releaseKey, { max: 16 }),
    [],
    "Whose releases are trusted, in place of the keys that this program was built with: Ed25519 public keys in base64, each with the day on which it ends if it does",
  ),

  "backup.every": key(
    duration(),
    0,
    "How old the last one may be; 0: none are made by themselves. They keep for so long what people have deleted",
  ),
  "backup.dir": key(
    path,
    "",
    "Where, below the state directory if it is relative; empty: backups in the state directory. Another disk is better",
  ),
  "backup.keep": key(
    integer(1, 1000),
    7,
    "How many; the oldest go",
  ),

  "log.level": key(
    choice("off", "error", "warn", "info", "debug"),
    "off",
    "How much is logged; only debug shows addresses, and ends after an hour",
  ),
  "log.targets": atStart(
    list(path, { max: 8 }),
    ["stderr"],
    "stderr, or paths of files",
  ),
  "log.lock": key(
    flag,
    false,
    "The level can be lowered at run time, but not raised above this file's",
  ),
} as const satisfies Record<`${SectionName}.${string}`, Key<unknown>>;

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
