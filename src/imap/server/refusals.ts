/**
 * What IMAP answers to each refusal (RFC 5530 §3 has the response codes). Only
 * a wrong password may say "authentication": clients tell their user so when
 * they see the word.
 *
 * @module
 */
import type { Refusal, RefusalCode } from "../../base/refusal.ts";

const TEMPORARY = "[UNAVAILABLE] Temporary problem, try again later";
const BAD_CREDENTIALS = "[AUTHENTICATIONFAILED] Authentication failed";
const NO_TARGET = "[TRYCREATE] Mailbox does not exist"; // RFC 3501 §6.4.7
const TOO_BIG = "[TOOBIG] message file too big"; // RFC 7889 §4
const NOT_PERMITTED = "[NOPERM] Not permitted";

const RESPONSES: Record<RefusalCode, string> = {
  bad_credentials: BAD_CREDENTIALS,
  too_many_attempts: "[LIMIT] Too many attempts, try again later",
  tls_required: "[PRIVACYREQUIRED] TLS required",
  account_inactive: BAD_CREDENTIALS,
  busy: TEMPORARY,
  unavailable: TEMPORARY,
  remote_failure: TEMPORARY,
  storage_full: "[UNAVAILABLE] Server storage is full, try again later",
  storage_read_only: "[UNAVAILABLE] Server storage is read-only",
  // An unknown name that may not sign up is a login that failed.
  registration_closed: BAD_CREDENTIALS,
  token_required: BAD_CREDENTIALS,
  token_invalid: BAD_CREDENTIALS,
  username_invalid: BAD_CREDENTIALS,
  username_taken: BAD_CREDENTIALS,
  password_too_short: BAD_CREDENTIALS,
  password_invalid: BAD_CREDENTIALS,
  registration_limited: "[LIMIT] Too many attempts, try again later",
  server_full: TEMPORARY,
  encryption_needed: "[CANNOT] Encryption Needed: Invalid Unencrypted Mail",
  from_missing: "[CANNOT] From header missing",
  from_repeated: "[CANNOT] More than one From header",
  from_several: "[CANNOT] More than one address in From header",
  from_unreadable: "[CANNOT] From header has no readable address",
  from_mismatch: "[CANNOT] From header names another address",
  sender_mismatch:
    "[CANNOT] Sender or Resent-From header names another address",
  sender_unreadable:
    "[CANNOT] Sender or Resent-From header has no readable address",
  author_too_long: "[CANNOT] From or Sender header too long",
  header_malformed: "[CANNOT] Message header malformed",
  header_line_too_long: "[CANNOT] Message header line too long",
  header_too_large: "[TOOBIG] Message header too big",
  message_too_large: TOO_BIG,
  message_empty: "[CANNOT] Empty message",
  routing_loop: "[CANNOT] Too many Received headers",
  sender_not_owned: NOT_PERMITTED,
  sender_domain_invalid: NOT_PERMITTED,
  local_sender_unauthenticated: NOT_PERMITTED,
  own_author: NOT_PERMITTED,
  signature_missing: NOT_PERMITTED,
  signature_invalid: NOT_PERMITTED,
  literal_mismatch: NOT_PERMITTED,
  sender_uncheckable: TEMPORARY,
  origin_uncheckable: TEMPORARY,
  relaying_denied: NOT_PERMITTED,
  federation_off: NOT_PERMITTED,
  policy_rejection: "[NOPERM] This server takes no messages by APPEND",
  too_much_mail: "[LIMIT] Too much mail, try again later",
  too_many_requests: "[LIMIT] Too many requests, try again later",
  too_many_recipients: "[LIMIT] Too many recipients",
  no_such_user: "[NONEXISTENT] No such user",
  no_such_domain: NOT_PERMITTED,
  not_delivered: NOT_PERMITTED,
  quota_exceeded: "[OVERQUOTA] Quota exceeded", // RFC 9208 §4.3.1
  no_such_mailbox: "[NONEXISTENT] Mailbox does not exist",
  no_target_mailbox: NO_TARGET,
  mailbox_exists: "[ALREADYEXISTS] Mailbox exists",
  mailbox_name_invalid: "[CANNOT] Invalid mailbox name",
  mailbox_undeletable: "[CANNOT] Mailbox cannot be deleted",
  mailbox_read_only: "[READ-ONLY] Mailbox is read-only",
  too_many_mailboxes: "[LIMIT] Too many mailboxes",
  too_many_keywords: "[LIMIT] Too many keywords",
  invalid_invite: "[CANNOT] This cannot be done here",
  slug_too_short: "[CANNOT] This cannot be done here",
  slug_invalid: "[CANNOT] This cannot be done here",
  slug_reserved: "[CANNOT] This cannot be done here",
  slug_taken: "[CANNOT] This cannot be done here",
  shares_full: "[CANNOT] This cannot be done here",
  edit_key_wrong: "[CANNOT] This cannot be done here",
  not_found: "[NONEXISTENT] Not found",
  already_exists: "[ALREADYEXISTS] Already exists",
  invalid_value: "[CANNOT] Invalid value",
  task_running: TEMPORARY,
  confirmation_required: TEMPORARY,
  locked: "[CANNOT] This cannot be done here",
  not_running: TEMPORARY,
};

/** What follows the tag: NO and why. */
export function responseFor(refusal: Refusal): string {
  const { advice } = refusal.detail;
  return `NO ${RESPONSES[refusal.code]}${advice ? `: ${advice}` : ""}`;
}
