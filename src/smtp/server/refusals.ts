/**
 * What SMTP answers to each reason the relay has for saying no. A new
 * `RefusalCode` does not compile without an answer here.
 *
 * @module
 */
import { Refusal, type RefusalCode } from "../../base/refusal.ts";
import type { SmtpService } from "./backend.ts";
import {
  type Reply,
  reply,
  TEMPORARY_AUTH_FAILURE,
  TEMPORARY_FAILURE,
  TOO_BIG,
} from "./replies.ts";

/** `text` may hold `{address}`; the reply is sent without it and what separates it when none is known. */
type Answer = Reply | Readonly<Record<SmtpService, Reply>>;

const BAD_CREDENTIALS = reply(535, "5.7.8 Invalid credentials"); // RFC 4954 §6
const NO_SUCH_USER = reply(550, "5.1.1 {address}: No such user");
const TOO_MANY_ATTEMPTS = reply(
  454,
  "4.7.0 Too many attempts, try again later",
);
const UNEXPECTED = TEMPORARY_FAILURE;
const MAX_SHOWN_OCTETS = 320;

const REPLIES: Readonly<Record<RefusalCode, Answer>> = {
  bad_credentials: BAD_CREDENTIALS,
  too_many_attempts: TOO_MANY_ATTEMPTS,
  tls_required: reply(530, "5.7.0 Must issue a STARTTLS command first"),
  account_inactive: reply(421, "4.7.0 Account no longer active"),

  busy: TEMPORARY_FAILURE,
  unavailable: TEMPORARY_FAILURE,
  remote_failure: TEMPORARY_FAILURE,
  storage_full: reply(452, "4.3.1 Insufficient storage"),
  storage_read_only: reply(451, "4.3.0 Storage is read-only"),

  // A login may create the account; why it did not is nobody's business.
  registration_closed: BAD_CREDENTIALS,
  token_required: BAD_CREDENTIALS,
  token_invalid: BAD_CREDENTIALS,
  username_invalid: BAD_CREDENTIALS,
  username_taken: BAD_CREDENTIALS,
  password_too_short: BAD_CREDENTIALS,
  password_invalid: BAD_CREDENTIALS,
  registration_limited: TOO_MANY_ATTEMPTS,
  server_full: TEMPORARY_AUTH_FAILURE,

  encryption_needed: reply(
    523,
    "5.7.10 Encryption Needed: Invalid Unencrypted Mail",
  ),
  from_missing: badHeader("From header missing"),
  from_repeated: badHeader("More than one From header"),
  from_several: badHeader("More than one address in From header"),
  from_unreadable: badHeader("From header has no readable address"),
  from_mismatch: reply(500, "Invalid FROM {address}"),
  sender_mismatch: reply(
    550,
    "5.7.1 Sender or Resent-From header names another address",
  ),
  sender_unreadable: badHeader(
    "Sender or Resent-From header has no readable address",
  ),
  author_too_long: badHeader("From or Sender header too long"),
  header_malformed: reply(554, "5.6.0 Message header malformed"),
  header_line_too_long: reply(554, "5.6.0 Message header line too long"),
  header_too_large: reply(552, "5.3.4 Message header too big"),
  message_too_large: TOO_BIG,
  message_empty: reply(554, "5.6.0 Message is empty"),
  routing_loop: reply(554, "5.4.6 Routing loop detected"),

  sender_not_owned: reply(553, "5.7.1 Unauthorized use of sender address"),
  sender_domain_invalid: reply(501, "5.1.8 Bad sender domain"),
  local_sender_unauthenticated: reply(
    550,
    "5.7.1 Local sender requires authentication",
  ),
  own_author: reply(554, "5.7.1 Use submission"),
  signature_missing: reply(554, "5.7.1 No DKIM signature found"),
  signature_invalid: reply(554, "5.7.1 No valid DKIM signature found"),
  literal_mismatch: reply(554, "5.7.1 Invalid FROM domain literal"),
  sender_uncheckable: reply(451, "4.7.5 DKIM key lookup failed"),
  origin_uncheckable: reply(
    451,
    "4.7.5 No DKIM signature found, and the DNS does not answer",
  ),
  relaying_denied: reply(550, "5.7.1 Relaying denied"),
  federation_off: {
    mx: reply(
      554,
      "5.7.1 Federation is off: no mail from other servers is taken here",
    ),
    submission: reply(550, "5.7.1 {address}: Federation is off"),
  },
  policy_rejection: {
    mx: reply(554, "5.7.1 Policy Rejection"),
    submission: reply(550, "5.7.1 {address}: Policy Rejection"),
  },
  too_much_mail: reply(450, "4.7.1: Too much mail from {address}"),
  too_many_requests: reply(450, "4.7.0 Too many requests"),
  too_many_recipients: reply(450, "4.7.1 Too many recipients"),
  no_such_user: NO_SUCH_USER,
  no_such_domain: reply(550, "5.1.2 {address}: No such domain"),
  not_delivered: reply(550, "5.0.0 {address}: Not delivered"),
  quota_exceeded: {
    mx: reply(452, "4.2.2 Mailbox full"),
    submission: reply(552, "5.2.2 {address}: Mailbox full"),
  },

  // Not reasons that a mail transaction can have.
  no_such_mailbox: UNEXPECTED,
  no_target_mailbox: UNEXPECTED,
  mailbox_exists: UNEXPECTED,
  mailbox_name_invalid: UNEXPECTED,
  mailbox_undeletable: UNEXPECTED,
  mailbox_read_only: UNEXPECTED,
  too_many_mailboxes: UNEXPECTED,
  too_many_keywords: UNEXPECTED,
  invalid_invite: UNEXPECTED,
  slug_too_short: UNEXPECTED,
  slug_invalid: UNEXPECTED,
  slug_reserved: UNEXPECTED,
  slug_taken: UNEXPECTED,
  shares_full: UNEXPECTED,
  edit_key_wrong: UNEXPECTED,
  not_found: UNEXPECTED,
  already_exists: UNEXPECTED,
  invalid_value: UNEXPECTED,
  task_running: UNEXPECTED,
  confirmation_required: UNEXPECTED,
  locked: UNEXPECTED,
  not_running: UNEXPECTED,
};

/** About the authors that a header names. */
function badHeader(text: string): Answer {
  return {
    mx: reply(550, `5.6.0 ${text}`),
    submission: reply(554, `5.6.0 ${text}`),
  };
}

/** The reply to whatever a backend threw. Anything but a `Refusal` is a temporary failure. */
export function replyFor(error: unknown, service: SmtpService): Reply {
  if (!(error instanceof Refusal)) return TEMPORARY_FAILURE;
  const answer = REPLIES[error.code];
  const found = "code" in answer ? answer : answer[service];
  const { address, advice, status } = error.detail;
  return withAdvice(withAddress(withStatus(found, status), address), advice);
}

function withStatus(answer: Reply, status: string | undefined): Reply {
  if (status === undefined) return answer;
  const [, rest = ""] = /^\d{3} \d\.\d+\.\d+ (.*)\r\n$/.exec(answer.text) ?? [];
  return reply(answer.code, `${status} ${rest}`);
}

function withAdvice(answer: Reply, advice: string | undefined): Reply {
  if (advice === undefined) return answer;
  return reply(answer.code, `${answer.text.slice(4, -2)}: ${advice}`);
}

function withAddress(answer: Reply, address: string | undefined): Reply {
  if (!answer.text.includes("{address}")) return answer;
  const shown = address === undefined ? undefined : `<${printable(address)}>`;
  const text = shown === undefined
    ? answer.text.replace(/ ?\{address\}:?/, "")
    : answer.text.replace("{address}", () => shown);
  return { code: answer.code, text };
}

/** An address comes from the peer: it may not break the reply's line or fill the screen. */
function printable(address: string): string {
  return address.slice(0, MAX_SHOWN_OCTETS).replace(/[^ -~]/gu, "?");
}
