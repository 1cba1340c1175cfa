/** Port 25, and what all SMTP ports share (RFC 5321). @module */
import { flag, integer, size } from "../../kinds.ts";
import { count, key, type Keys, KIB, MIB, seconds } from "../key.ts";

export const SMTP = {
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
} as const satisfies Keys<"smtp">;
