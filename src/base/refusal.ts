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
  | "remote_failure"
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
  | "from_repeated"
  | "from_several"
  | "from_unreadable"
  | "from_mismatch"
  | "sender_mismatch"
  | "sender_unreadable"
  | "author_too_long"
  | "header_malformed"
  | "header_line_too_long"
  | "header_too_large"
  | "message_too_large"
  | "message_empty"
  | "routing_loop"
  // envelope
  | "sender_not_owned"
  | "sender_domain_invalid"
  | "local_sender_unauthenticated"
  | "own_author"
  | "signature_missing"
  | "signature_invalid"
  | "literal_mismatch"
  | "sender_uncheckable"
  | "origin_uncheckable"
  | "relaying_denied"
  | "federation_off"
  | "policy_rejection"
  | "too_much_mail"
  | "too_many_requests"
  | "too_many_recipients"
  | "no_such_user"
  | "no_such_domain"
  | "not_delivered"
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
  // contact links
  | "invalid_invite"
  | "slug_too_short"
  | "slug_invalid"
  | "slug_reserved"
  | "slug_taken"
  | "shares_full"
  | "edit_key_wrong"
  // administration
  | "not_found"
  | "already_exists"
  | "invalid_value"
  | "task_running"
  | "confirmation_required"
  | "locked"
  | "not_running";

export interface RefusalDetail {
  /** The address the refusal is about, where the reply names it. */
  readonly address?: string;
  /** RFC 3463 §2, where it says more than the code: mail protocols show it. */
  readonly status?: string;
  readonly retryAfterSeconds?: number;
  /** Of what an admin or a program sent: the field that is wrong. */
  readonly field?: string;
  /** What the peer can do about it, or what it is about: printable ASCII, which mail protocols show. */
  readonly advice?: string;
  /** What was wrong, for people: CLI and API show it, mail protocols do not. */
  readonly explanation?: string;
}

/** What each means for people, where nothing more is known. */
const TEXTS: Readonly<Record<RefusalCode, string>> = {
  bad_credentials: "Address or password is wrong",
  too_many_attempts: "Too many failed logins, try again later",
  tls_required: "An encrypted connection is needed",
  account_inactive: "The account is blocked or is being deleted",
  busy: "The server is busy, try again later",
  unavailable: "This cannot be done now, try again later",
  remote_failure:
    "Another machine cannot be reached, or does not give what is asked",
  storage_full: "The disk has too little room",
  storage_read_only: "The database cannot be written",
  registration_closed: "Registration is closed",
  token_required: "A registration token is needed",
  token_invalid: "The registration token is not valid or used up",
  username_invalid: "The name cannot be used for an account",
  username_taken: "There is an account with this name already",
  password_invalid: "The password has characters it may not have",
  password_too_short: "The password is too short",
  registration_limited: "Too many new accounts, try again later",
  server_full: "The server takes no more accounts",
  encryption_needed: "The message is not encrypted",
  from_missing: "The message has no From field",
  from_repeated: "The message has more than one From field",
  from_several: "The From field has more than one address",
  from_unreadable: "The From field has no address that can be read",
  from_mismatch: "The From field names somebody else than the sender",
  sender_mismatch:
    "The Sender or Resent-From field names somebody else than the sender",
  sender_unreadable:
    "The Sender or Resent-From field has no address that can be read",
  author_too_long: "The From or Sender field is too long",
  header_line_too_long: "The header of the message has a line that is too long",
  header_malformed: "The header of the message cannot be read",
  header_too_large: "The header of the message is too large",
  message_too_large: "The message is too large",
  message_empty: "The message is empty",
  routing_loop: "The message goes round in a circle",
  sender_not_owned: "The sender is another than the account that is logged in",
  sender_domain_invalid: "The domain of the sender is not valid",
  local_sender_unauthenticated: "A sender of this server has to log in",
  own_author: "Who writes in the name of this server has to log in",
  signature_missing: "The message has no DKIM signature",
  signature_invalid:
    "The message has no valid DKIM signature of its author's domain",
  literal_mismatch:
    "The message comes from another IP address than its author's",
  sender_uncheckable:
    "Who sent the message cannot be looked up now, try again later",
  origin_uncheckable:
    "The message has no DKIM signature, and where its author's domain sends from cannot be looked up now, try again later",
  relaying_denied: "The recipient is on another server",
  federation_off: "Mail to other servers is switched off",
  policy_rejection: "The rules of this server forbid it",
  too_much_mail: "Too much mail from this account, try again later",
  too_many_requests: "Too many requests, try again later",
  too_many_recipients: "Too many recipients",
  no_such_user: "There is no such account",
  no_such_domain: "There is no such domain",
  not_delivered: "The other server has refused the message",
  quota_exceeded: "The account is full",
  no_such_mailbox: "There is no such mailbox",
  no_target_mailbox: "There is no such mailbox to copy to",
  mailbox_exists: "There is a mailbox with this name already",
  mailbox_name_invalid: "The name cannot be used for a mailbox",
  mailbox_undeletable: "This mailbox cannot be deleted",
  mailbox_read_only: "The mailbox is open for reading only",
  too_many_mailboxes: "The account has as many mailboxes as it may have",
  too_many_keywords: "The mailbox has as many keywords as it may have",
  invalid_invite: "This is no invite link of Delta Chat that can be used",
  slug_too_short: "The ending is too short: 3 characters at least",
  slug_invalid:
    "The ending may have letters, digits, - and _, up to 40, and begins with a letter or digit",
  slug_reserved: "This ending is reserved: choose another one",
  slug_taken: "This ending is taken: choose another one",
  shares_full: "The server takes no more links",
  edit_key_wrong: "This is not the key of the link",
  not_found: "There is no such thing",
  already_exists: "It exists already",
  invalid_value: "The value is not valid",
  task_running: "The task is running already",
  confirmation_required: "This has to be confirmed",
  locked: "The configuration file says what this is, and that it stays so",
  not_running: "The server does not run",
};

function shownText(code: RefusalCode, address: string | undefined): string {
  return address === undefined ? TEXTS[code] : `${address}: ${TEXTS[code]}`;
}

/** An expected "no". It is counted, not logged, and shows no internals. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  constructor(readonly code: RefusalCode, readonly detail: RefusalDetail = {}) {
    super(detail.explanation ?? shownText(code, detail.address));
  }
}
