/**
 * Every reason the relay has for not doing what a peer asked.
 *
 * Each protocol maps each code to one reply, in a table that does not compile
 * while a code has no answer. The code is also the metric label and the `code`
 * of CLI and API errors.
 *
 * @module
 */
export type RefusalCode =
  // login
  | "bad_credentials"
  | "too_many_attempts"
  | "tls_required"
  | "account_inactive"
  // overload and storage
  | "busy"
  | "unavailable"
  | "storage_full"
  | "storage_read_only"
  // registration
  | "registration_closed"
  | "token_required"
  | "token_invalid"
  | "username_invalid"
  | "username_taken"
  | "password_too_short"
  | "password_invalid"
  | "registration_limited"
  | "server_full"
  // message
  | "encryption_needed"
  | "from_missing"
  | "from_mismatch"
  | "header_malformed"
  | "header_too_large"
  | "message_too_large"
  | "message_empty"
  | "routing_loop"
  // envelope
  | "sender_not_owned"
  | "sender_domain_invalid"
  | "local_sender_unauthenticated"
  | "relaying_denied"
  | "federation_off"
  | "policy_rejection"
  | "too_much_mail"
  | "too_many_recipients"
  | "no_such_user"
  | "quota_exceeded"
  // mailboxes
  | "no_such_mailbox"
  | "no_target_mailbox"
  | "mailbox_exists"
  | "mailbox_name_invalid"
  | "mailbox_undeletable"
  | "mailbox_read_only"
  | "too_many_mailboxes"
  | "too_many_keywords"
  // administration
  | "not_found"
  | "already_exists"
  | "invalid_value"
  | "task_running"
  | "confirmation_required";

export interface RefusalDetail {
  /** The address the refusal is about, where the reply names it. */
  readonly address?: string;
  readonly retryAfterSeconds?: number;
  /** What the peer can do about it: printable ASCII, which mail protocols show. */
  readonly advice?: string;
  /** What was wrong, for people: CLI and API show it, mail protocols do not. */
  readonly explanation?: string;
}

/** An expected "no". It is counted, not logged, and shows no internals. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  constructor(readonly code: RefusalCode, readonly detail: RefusalDetail = {}) {
    super(detail.explanation ?? code);
  }
}
