/** With whom mail is exchanged, and what is asked of the way and of the mail. @module */
import { days } from "../../../base/durations.ts";
import {
  choice,
  duration,
  flag,
  integer,
  list,
  milliseconds,
  optional,
  size,
} from "../../kinds.ts";
import { ipAddressOf, mailDomain } from "../../network_kinds.ts";
import { count, GIB, key, type Keys, KIB, MIB } from "../key.ts";

export const FEDERATION = {
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
    optional(size({ min: 64 * KIB, max: GIB })),
    undefined,
    "Largest message from or to other servers; empty: as max_message_size",
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
} as const satisfies Keys<"federation">;
