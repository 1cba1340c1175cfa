/** Every command there is. @module */
import type { Command, CommandGroup } from "./command.ts";
import { ACCOUNT_COMMANDS } from "./commands/accounts.ts";
import { ADMIN_LOGIN_COMMANDS } from "./commands/access/admin_login.ts";
import { ADMIN_TOKEN_COMMANDS } from "./commands/access/admin_token.ts";
import { ADMIN_WEB_COMMANDS } from "./commands/access/admin_web.ts";
import { AUDIT_COMMANDS } from "./commands/access/audit.ts";
import { BACKUP_COMMANDS } from "./commands/copies/backup.ts";
import { DATABASE_COMMANDS } from "./commands/copies/database.ts";
import { IMPORT_COMMANDS } from "./commands/copies/imports.ts";
import { MOVE_COMMANDS } from "./commands/copies/move.ts";
import { MAIL_EXPORT_COMMANDS } from "./commands/copies/mail_export.ts";
import { BANDWIDTH_COMMANDS } from "./commands/network/bandwidth.ts";
import { MEASURE_COMMANDS } from "./commands/network/measures.ts";
import { BLOCKLIST_COMMANDS } from "./commands/blocklist.ts";
import { CERTIFICATE_COMMANDS } from "./commands/certificate.ts";
import { CONFIG_COMMANDS } from "./commands/config.ts";
import { DOCTOR_COMMANDS } from "./commands/checks/doctor.ts";
import { MONITOR_COMMANDS } from "./commands/checks/monitor.ts";
import { LOG_COMMANDS } from "./commands/checks/logs.ts";
import { DOMAIN_COMMANDS } from "./commands/machine/domain.ts";
import { CONFIG_CHANGE_COMMANDS } from "./commands/machine/config_change.ts";
import { CONFIG_IMPORT_COMMANDS } from "./commands/machine/config_import.ts";
import { DKIM_COMMANDS } from "./commands/dkim.ts";
import { DNS_COMMANDS } from "./commands/dns.ts";
import { FEDERATION_COMMANDS } from "./commands/federation.ts";
import { ENDPOINT_CACHE_COMMANDS } from "./commands/exchange/endpoint_cache.ts";
import { EXCHANGER_COMMANDS } from "./commands/exchange/exchangers.ts";
import { FEDERATION_TRANSFER_COMMANDS } from "./commands/exchange/federation_transfer.ts";
import { PORT_COMMANDS } from "./commands/listening/ports.ts";
import { QUOTA_COMMANDS } from "./commands/mailboxes/quotas.ts";
import { HASH_COMMANDS } from "./commands/hash.ts";
import { QUEUE_COMMANDS } from "./commands/queue.ts";
import { REGISTRATION_COMMANDS } from "./commands/registration.ts";
import { RUN_COMMANDS } from "./commands/run.ts";
import { SERVER_COMMANDS } from "./commands/server.ts";
import { SETTINGS_COMMANDS } from "./commands/settings.ts";
import { JOB_COMMANDS } from "./commands/people/jobs.ts";
import { NOTICE_COMMANDS } from "./commands/people/notices.ts";
import { TASK_COMMANDS } from "./commands/tasks.ts";
import { IROH_COMMANDS } from "./commands/calls/iroh.ts";
import { PUSH_COMMANDS } from "./commands/calls/push.ts";
import { TURN_COMMANDS } from "./commands/calls/turn.ts";
import { TRANSFER_COMMANDS } from "./commands/transfer.ts";
import { HTML_COMMANDS } from "./commands/web/html.ts";
import { LANGUAGE_COMMANDS } from "./commands/web/language.ts";
import { QR_COMMANDS } from "./commands/web/qr.ts";
import { SHARING_COMMANDS } from "./commands/web/sharing.ts";
import { STEALTH_COMMANDS } from "./commands/web/stealth.ts";
import { WEBMAIL_COMMANDS } from "./commands/web/webmail.ts";
import { HTTP_PROXY_COMMANDS } from "./commands/tunnels/http_proxy.ts";
import { SHADOWSOCKS_COMMANDS } from "./commands/tunnels/shadowsocks.ts";
import { COMPLETION_COMMANDS } from "./installation/completion.ts";
import { FIREWALL_COMMANDS } from "./installation/firewall.ts";
import { INSTALL_COMMANDS } from "./installation/install.ts";
import { RESTART_COMMANDS } from "./life/restart.ts";
import { UPGRADE_COMMANDS } from "./life/upgrade.ts";
import { VERSION_COMMANDS } from "./life/versions.ts";
import { UNINSTALL_COMMANDS } from "./installation/uninstall.ts";

export const GROUPS: readonly CommandGroup[] = [
  { name: "accounts", aliases: ["creds", "imap-acct"], summary: "Accounts" },
  { name: "registration", summary: "Who may sign up" },
  {
    name: "registration-tokens",
    aliases: ["reg-tokens", "tokens"],
    summary: "Invitations: tokens that let their holder sign up",
  },
  { name: "blocklist", summary: "Names that may neither log in nor get mail" },
  { name: "domain", summary: "Domains that this server has accounts of" },
  { name: "bandwidth", summary: "How much passes through the network" },
  { name: "metrics", summary: "What the server has measured of itself" },
  { name: "storage", summary: "What fills the disk" },
  { name: "dkim", summary: "Keys that sign mail to other servers" },
  { name: "certificate", summary: "What clients verify this server by" },
  { name: "dns", summary: "What others have to find in the DNS" },
  {
    name: "endpoint-cache",
    aliases: ["dns-cache"],
    summary: "Where mail goes instead of where the DNS says",
  },
  {
    name: "exchanger",
    aliases: ["exchangers"],
    summary: "Servers that carry mail between relays",
  },
  { name: "quota", summary: "How much accounts may hold" },
  { name: "settings", summary: "What can be changed while the server runs" },
  { name: "message-size", summary: "The largest message" },
  {
    name: "proxy",
    aliases: ["pr", "shadowsocks", "ss"],
    summary:
      "Shadowsocks, for clients whose network lets them reach nothing else",
  },
  { name: "http-proxy", summary: "The same by CONNECT, on the ports of HTTP" },
  { name: "stealth", summary: "Hiding the web site from strangers" },
  { name: "sharing", summary: "Short links to contacts of Delta Chat" },
  { name: "webimap", summary: "Reading mail over HTTP" },
  { name: "websmtp", summary: "Sending mail over HTTP" },
  {
    name: "webmail-cors",
    aliases: ["webmail-dev"],
    summary: "Web pages that may use mail over HTTP",
  },
  { name: "language", summary: "The language of the web site" },
  { name: "admin-web", summary: "The admin panel" },
  { name: "admin-token", summary: "Tokens of the admin API" },
  { name: "federation", summary: "Mail to and from other servers" },
  { name: "queue", summary: "Mail that waits to be sent to other servers" },
  { name: "push", summary: "Waking phones when mail has come" },
  { name: "turn", summary: "Calls: the STUN and TURN server" },
  { name: "iroh", summary: "Real-time channels of apps in chats" },
  { name: "tasks", summary: "Periodic jobs" },
  { name: "jobs", summary: "Work that goes on by itself once it was begun" },
  { name: "notice", summary: "What the operator has to say to people here" },
  { name: "messages", summary: "Mail of all accounts" },
  { name: "backup", summary: "Copies of the relay" },
  { name: "move", summary: "Handing the relay over to another machine" },
  { name: "mail", summary: "Mail of accounts" },
  { name: "db", summary: "The database" },
  { name: "sessions", summary: "Who is logged in" },
  { name: "versions", summary: "Versions of the program that are kept" },
  { name: "config", summary: "The configuration file" },
  { name: "firewall", summary: "Which ports a firewall has to let in" },
];

export const COMMANDS: readonly Command[] = [
  ...RUN_COMMANDS,
  ...INSTALL_COMMANDS,
  ...UNINSTALL_COMMANDS,
  ...SERVER_COMMANDS,
  ...DOCTOR_COMMANDS,
  ...MONITOR_COMMANDS,
  ...LOG_COMMANDS,
  ...RESTART_COMMANDS,
  ...UPGRADE_COMMANDS,
  ...VERSION_COMMANDS,
  ...CONFIG_COMMANDS,
  ...CONFIG_CHANGE_COMMANDS,
  ...CONFIG_IMPORT_COMMANDS,
  ...DOMAIN_COMMANDS,
  ...ACCOUNT_COMMANDS,
  ...TRANSFER_COMMANDS,
  ...REGISTRATION_COMMANDS,
  ...BANDWIDTH_COMMANDS,
  ...MEASURE_COMMANDS,
  ...BLOCKLIST_COMMANDS,
  ...DKIM_COMMANDS,
  ...DNS_COMMANDS,
  ...CERTIFICATE_COMMANDS,
  ...ENDPOINT_CACHE_COMMANDS,
  ...EXCHANGER_COMMANDS,
  ...SETTINGS_COMMANDS,
  ...PORT_COMMANDS,
  ...SHADOWSOCKS_COMMANDS,
  ...HTTP_PROXY_COMMANDS,
  ...STEALTH_COMMANDS,
  ...ADMIN_WEB_COMMANDS,
  ...ADMIN_LOGIN_COMMANDS,
  ...ADMIN_TOKEN_COMMANDS,
  ...AUDIT_COMMANDS,
  ...WEBMAIL_COMMANDS,
  ...LANGUAGE_COMMANDS,
  ...SHARING_COMMANDS,
  ...HTML_COMMANDS,
  ...QR_COMMANDS,
  ...FEDERATION_COMMANDS,
  ...FEDERATION_TRANSFER_COMMANDS,
  ...QUEUE_COMMANDS,
  ...PUSH_COMMANDS,
  ...TURN_COMMANDS,
  ...IROH_COMMANDS,
  ...TASK_COMMANDS,
  ...JOB_COMMANDS,
  ...NOTICE_COMMANDS,
  ...FIREWALL_COMMANDS,
  ...BACKUP_COMMANDS,
  ...DATABASE_COMMANDS,
  ...MAIL_EXPORT_COMMANDS,
  ...QUOTA_COMMANDS,
  ...IMPORT_COMMANDS,
  ...MOVE_COMMANDS,
  ...HASH_COMMANDS,
  ...COMPLETION_COMMANDS,
];

/** Understood by every command, before or after its name. */
export const GLOBAL_OPTIONS = [
  {
    flags: "--config <path>",
    summary:
      "configuration file (else $POSTERN_CONFIG, ./data/postern.toml, /etc/postern/postern.toml)",
  },
  {
    flags: "--state-dir <path>",
    summary: "state directory (else $POSTERN_STATE_DIR, then server.state_dir)",
  },
  { flags: "--libexec <path>", summary: "same as --state-dir" },
  { flags: "--json", summary: "one line of JSON in place of text" },
  { flags: "-y, --yes", summary: "do not ask" },
  { flags: "-q, --quiet", summary: "no text on success" },
  { flags: "--no-color", summary: "no colours; there are none" },
  {
    flags: "--timeout <duration>",
    summary: "how long to wait for the server (default 10m; status 5s)",
  },
] as const;
