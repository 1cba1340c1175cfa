/** What the encryption gate does to mail, and what is remembered of people. @module */
import { flag } from "../../kinds.ts";
import { key, type Keys } from "../key.ts";

export const PRIVACY = {
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
} as const satisfies Keys<"privacy">;
