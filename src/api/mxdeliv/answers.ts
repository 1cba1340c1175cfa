/**
 * What `/mxdeliv` answers: a status, and one line as SMTP has it, which other
 * servers read. What is taken and what is forgotten look the same.
 *
 * @module
 */
import { Refusal, type RefusalCode } from "../../base/refusal.ts";

export interface MailAnswer {
  readonly status: number;
  readonly line: string;
  readonly retryAfterSeconds?: number;
}

export const TAKEN: MailAnswer = { status: 200, line: "250 2.0.0 OK" };
export const WRONG_METHOD: MailAnswer = {
  status: 405,
  line: "502 5.5.1 Method not allowed",
};
export const TIMED_OUT: MailAnswer = {
  status: 408,
  line: "451 4.4.2 Timeout",
};
export const BAD_BODY: MailAnswer = {
  status: 400,
  line: "501 5.5.4 The body cannot be read",
};
export const BAD_ADDRESS: MailAnswer = {
  status: 400,
  line: "501 5.1.3 Bad address syntax",
};

const RETRY_SECONDS = 60;

function answer(status: number, line: string): MailAnswer {
  return status === 429 || status === 503
    ? { status, line, retryAfterSeconds: RETRY_SECONDS }
    : { status, line };
}

function badMessage(text: string): MailAnswer {
  return answer(400, `550 5.6.0 ${text}`);
}

const LOCAL_ERROR = answer(503, "451 4.3.0 Local error");
const POLICY = answer(403, "554 5.7.1 Policy rejection");

/** A new `RefusalCode` does not compile without an answer here. */
const ANSWERS: Readonly<Record<RefusalCode, MailAnswer>> = {
  federation_off: POLICY,
  policy_rejection: POLICY,
  encryption_needed: answer(
    403,
    "523 5.7.10 Encryption Needed: Invalid Unencrypted Mail",
  ),
  local_sender_unauthenticated: answer(403, "554 5.7.1 Use submission"),
  own_author: answer(403, "554 5.7.1 Use submission"),
  signature_missing: answer(403, "554 5.7.1 No DKIM signature found"),
  signature_invalid: answer(403, "554 5.7.1 No valid DKIM signature found"),
  literal_mismatch: answer(403, "554 5.7.1 Invalid FROM domain literal"),
  sender_uncheckable: answer(503, "451 4.7.5 DKIM key lookup failed"),
  origin_uncheckable: answer(
    503,
    "451 4.7.5 No DKIM signature found, and the DNS does not answer",
  ),
  no_such_user: answer(404, "550 5.1.1 No such user here"),
  message_too_large: answer(413, "552 5.3.4 Message exceeds maximum size"),
  header_too_large: answer(431, "552 5.3.4 Headers too large"),
  too_many_requests: answer(429, "450 4.7.0 Too many requests"),
  quota_exceeded: answer(507, "452 4.2.2 Mailbox full"),
  storage_full: answer(507, "452 4.3.1 Insufficient storage"),
  storage_read_only: LOCAL_ERROR,
  busy: LOCAL_ERROR,
  unavailable: LOCAL_ERROR,
  remote_failure: LOCAL_ERROR,

  from_missing: badMessage("From header missing"),
  from_repeated: badMessage("More than one From header"),
  from_several: badMessage("More than one address in From header"),
  from_unreadable: badMessage("From header has no readable address"),
  from_mismatch: badMessage("From header names another address"),
  sender_mismatch: badMessage("Sender header names another address"),
  sender_unreadable: badMessage(
    "Sender or Resent-From header has no readable address",
  ),
  author_too_long: badMessage("From or Sender header too long"),
  header_malformed: badMessage("Message header malformed"),
  header_line_too_long: badMessage("Message header line too long"),
  message_empty: badMessage("Message is empty"),
  routing_loop: answer(400, "554 5.4.6 Routing loop detected"),
  sender_domain_invalid: answer(400, "501 5.1.8 Bad sender domain"),
  no_such_domain: answer(400, "550 5.1.2 No such domain"),
  relaying_denied: answer(403, "550 5.7.1 Relaying denied"),
  too_many_recipients: answer(400, "501 5.5.4 Too many recipients"),

  // Not reasons that a message of another server can have.
  bad_credentials: LOCAL_ERROR,
  too_many_attempts: LOCAL_ERROR,
  tls_required: LOCAL_ERROR,
  account_inactive: LOCAL_ERROR,
  registration_closed: LOCAL_ERROR,
  token_required: LOCAL_ERROR,
  token_invalid: LOCAL_ERROR,
  username_invalid: LOCAL_ERROR,
  username_taken: LOCAL_ERROR,
  password_too_short: LOCAL_ERROR,
  password_invalid: LOCAL_ERROR,
  registration_limited: LOCAL_ERROR,
  server_full: LOCAL_ERROR,
  sender_not_owned: LOCAL_ERROR,
  too_much_mail: LOCAL_ERROR,
  not_delivered: LOCAL_ERROR,
  no_such_mailbox: LOCAL_ERROR,
  no_target_mailbox: LOCAL_ERROR,
  mailbox_exists: LOCAL_ERROR,
  mailbox_name_invalid: LOCAL_ERROR,
  mailbox_undeletable: LOCAL_ERROR,
  mailbox_read_only: LOCAL_ERROR,
  too_many_mailboxes: LOCAL_ERROR,
  too_many_keywords: LOCAL_ERROR,
  invalid_invite: LOCAL_ERROR,
  slug_too_short: LOCAL_ERROR,
  slug_invalid: LOCAL_ERROR,
  slug_reserved: LOCAL_ERROR,
  slug_taken: LOCAL_ERROR,
  shares_full: LOCAL_ERROR,
  edit_key_wrong: LOCAL_ERROR,
  not_found: LOCAL_ERROR,
  already_exists: LOCAL_ERROR,
  invalid_value: LOCAL_ERROR,
  task_running: LOCAL_ERROR,
  confirmation_required: LOCAL_ERROR,
  locked: LOCAL_ERROR,
  not_running: LOCAL_ERROR,
};

/** undefined for an error that is ours. */
export function answerTo(error: Refusal): MailAnswer {
  const found = ANSWERS[error.code];
  const { retryAfterSeconds } = error.detail;
  if (
    found.retryAfterSeconds === undefined || retryAfterSeconds === undefined
  ) {
    return found;
  }
  return { ...found, retryAfterSeconds: Math.ceil(retryAfterSeconds) };
}

export const OUR_FAULT: MailAnswer = LOCAL_ERROR;

export function responseOf(
  { status, line, retryAfterSeconds }: MailAnswer,
): Response {
  return new Response(`${line}\n`, {
    status,
    headers: {
      "content-type": "text/plain; charset=utf-8",
      ...(status === 405 && { allow: "POST" }),
      ...(retryAfterSeconds !== undefined && {
        "retry-after": String(retryAfterSeconds),
      }),
    },
  });
}
