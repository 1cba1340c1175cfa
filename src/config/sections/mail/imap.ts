/** Connections for IMAP, and what is offered on them (RFC 3501). @module */
import { choice, flag, size } from "../../kinds.ts";
import { count, key, type Keys, KIB, MIB, seconds } from "../key.ts";

export const IMAP = {
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
} as const satisfies Keys<"imap">;
