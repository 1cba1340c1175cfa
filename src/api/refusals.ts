/**
 * Each refusal as an HTTP answer.
 *
 * @module
 */
import { Refusal, type RefusalCode } from "../base/refusal.ts";
import { MultipartForm } from "../http/form.ts";
import type { ErrorJson } from "./types.ts";
import { Words } from "../../web/i18n/words.ts";

export interface HttpRefusal {
  readonly status: number;
  /** For people; ours alone, so that it shows no internals. */
  readonly text: string;
  /** For programs. */
  readonly code: string;
  readonly retryAfterSeconds?: number;
  /** What is refused, where the code alone does not say it. */
  readonly subject?: string;
}

/** Where only programs ask, and there is nothing. */
export const NO_SUCH_PATH: ErrorJson = {
  error: "not found",
  reason: "Not found",
  code: "not_found",
};

function refused(status: number, code: string, text: string): HttpRefusal {
  return { status, code, text };
}

const BUSY = refused(503, "busy", "The server is busy");
const INVALID = refused(400, "bad_request", "The request cannot be read");
const MULTIPART = refused(
  415,
  "unsupported_media_type",
  "Fields are sent as application/x-www-form-urlencoded or as JSON",
);
const FORBIDDEN = refused(403, "forbidden", "Forbidden");
const NOT_FOUND = refused(404, "not_found", "Not found");
const CREDENTIALS = refused(401, "bad_credentials", "Invalid credentials");
const CONFLICT = refused(409, "already_exists", "It exists already");
const FULL = refused(507, "storage_full", "The server has no space left");
const QUOTA = refused(507, "quota_exceeded", "Quota exceeded");
const TOO_LARGE = refused(413, "too_large", "The request is too large");
const TOO_MANY = refused(
  429,
  "rate_limited",
  "Too many requests",
);

interface Answer extends HttpRefusal {
  /** What the refusal explains is shown in place of the text: it is about the rule that was broken, not about us. */
  readonly explains?: true;
}

/** A new `RefusalCode` does not compile without an answer here. */
const ANSWERS: Readonly<Record<RefusalCode, Answer>> = {
  bad_credentials: CREDENTIALS,
  too_many_attempts: TOO_MANY,
  tls_required: refused(
    403,
    "https_required",
    "HTTPS required: nothing of an account may travel in the clear",
  ),
  account_inactive: CREDENTIALS,
  busy: BUSY,
  unavailable: BUSY,
  remote_failure: BUSY,
  storage_full: FULL,
  storage_read_only: BUSY,
  registration_closed: refused(403, "closed", "Registration is closed"),
  token_required: refused(
    403,
    "token_required",
    "Registration token is required",
  ),
  token_invalid: refused(
    403,
    "token_invalid",
    "Invalid or used registration token",
  ),
  username_invalid: {
    ...refused(
      400,
      "username_invalid",
      "This name cannot be used: choose letters, digits, dot, dash",
    ),
    explains: true,
  },
  username_taken: refused(409, "username_taken", "This name is taken"),
  password_too_short: {
    ...refused(
      400,
      "password_too_short",
      "The password is too short",
    ),
    explains: true,
  },
  password_invalid: {
    ...refused(
      400,
      "password_invalid",
      "The password has characters it may not have",
    ),
    explains: true,
  },
  registration_limited: {
    ...refused(
      429,
      "rate_limited",
      "Too many new accounts from your network",
    ),
    subject: "registration_limited",
  },
  server_full: refused(403, "server_full", "The server takes no more accounts"),
  encryption_needed: refused(
    400,
    "encryption_needed",
    "Encryption Needed: Invalid Unencrypted Mail",
  ),
  message_too_large: TOO_LARGE,
  too_much_mail: TOO_MANY,
  no_such_user: NOT_FOUND,
  quota_exceeded: QUOTA,
  no_such_mailbox: NOT_FOUND,
  not_found: NOT_FOUND,
  already_exists: CONFLICT,
  invalid_value: INVALID,
  task_running: refused(409, "task_running", "The task is running already"),
  locked: CONFLICT,
  confirmation_required: refused(
    409,
    "confirmation_required",
    "This has to be confirmed",
  ),
  not_running: BUSY,
  policy_rejection: FORBIDDEN,

  // Of contact links.
  invalid_invite: refused(
    400,
    "invalid_invite",
    "This is no invite link of Delta Chat that can be used",
  ),
  slug_too_short: refused(
    400,
    "slug_too_short",
    "The ending is too short: 3 characters at least",
  ),
  slug_invalid: refused(
    400,
    "slug_invalid",
    "The ending may have letters, digits, - and _, up to 40, and begins with a letter or digit",
  ),
  slug_reserved: refused(
    400,
    "slug_reserved",
    "This ending is reserved: choose another one",
  ),
  slug_taken: refused(
    409,
    "slug_taken",
    "This ending is taken: choose another one",
  ),
  shares_full: refused(
    507,
    "shares_full",
    "The server takes no more links",
  ),
  edit_key_wrong: refused(
    403,
    "edit_key_wrong",
    "This is not the key of the link",
  ),

  // Of messages and mailboxes.
  from_missing: refused(400, "from_missing", "The message has no From field"),
  from_repeated: refused(
    400,
    "from_repeated",
    "The message has more than one From field",
  ),
  from_several: refused(
    400,
    "from_several",
    "The From field has more than one address",
  ),
  from_unreadable: refused(
    400,
    "from_unreadable",
    "The From field has no address that can be read",
  ),
  from_mismatch: refused(
    400,
    "from_mismatch",
    "The From field names somebody else than the sender",
  ),
  sender_mismatch: refused(
    400,
    "sender_mismatch",
    "The Sender or Resent-From field names somebody else than the sender",
  ),
  sender_unreadable: refused(
    400,
    "sender_unreadable",
    "The Sender or Resent-From field has no address that can be read",
  ),
  author_too_long: refused(
    400,
    "author_too_long",
    "The From or Sender field is too long",
  ),
  header_malformed: refused(
    400,
    "header_malformed",
    "The header of the message cannot be read",
  ),
  header_line_too_long: refused(
    400,
    "header_line_too_long",
    "The header of the message has a line that is too long",
  ),
  header_too_large: refused(
    413,
    "header_too_large",
    "The header of the message is too large",
  ),
  message_empty: refused(400, "message_empty", "The message is empty"),
  routing_loop: refused(
    400,
    "routing_loop",
    "The message goes round in a circle",
  ),
  sender_not_owned: refused(
    403,
    "sender_not_owned",
    "The sender is another than the account that is logged in",
  ),
  sender_domain_invalid: refused(
    400,
    "sender_domain_invalid",
    "The domain of the sender is not valid",
  ),
  local_sender_unauthenticated: refused(
    403,
    "local_sender_unauthenticated",
    "A sender of this server has to log in",
  ),
  own_author: refused(
    403,
    "own_author",
    "Who writes in the name of this server has to log in",
  ),
  signature_missing: refused(
    403,
    "signature_missing",
    "The message has no DKIM signature",
  ),
  signature_invalid: refused(
    403,
    "signature_invalid",
    "The message has no valid DKIM signature",
  ),
  literal_mismatch: refused(
    403,
    "literal_mismatch",
    "The message comes from another IP address than its author's",
  ),
  sender_uncheckable: BUSY,
  origin_uncheckable: BUSY,
  relaying_denied: refused(
    403,
    "relaying_denied",
    "The recipient is on another server",
  ),
  no_such_domain: refused(
    400,
    "no_such_domain",
    "There is no such domain",
  ),
  not_delivered: refused(
    400,
    "not_delivered",
    "The other server has refused the message",
  ),
  federation_off: refused(
    403,
    "federation_off",
    "Mail to other servers is switched off",
  ),
  too_many_requests: TOO_MANY,
  too_many_recipients: refused(
    400,
    "too_many_recipients",
    "Too many recipients",
  ),
  no_target_mailbox: refused(
    404,
    "no_target_mailbox",
    "There is no such mailbox to copy to",
  ),
  mailbox_exists: refused(
    409,
    "mailbox_exists",
    "There is a mailbox with this name already",
  ),
  mailbox_name_invalid: refused(
    400,
    "mailbox_name_invalid",
    "The name cannot be used for a mailbox",
  ),
  mailbox_undeletable: refused(
    403,
    "mailbox_undeletable",
    "This mailbox cannot be deleted",
  ),
  mailbox_read_only: refused(
    403,
    "mailbox_read_only",
    "The mailbox is open for reading only",
  ),
  too_many_mailboxes: refused(
    400,
    "too_many_mailboxes",
    "The account has as many mailboxes as it may have",
  ),
  too_many_keywords: refused(
    400,
    "too_many_keywords",
    "The mailbox has as many keywords as it may have",
  ),
};

const RETRY_SECONDS = 60;
const ENGLISH = new Words("en");

/** The answer to an error: its own for a refusal, 400 for unreadable text, 415 for a form that is not read, else 500. */
export function httpRefusalFor(error: unknown): HttpRefusal {
  if (error instanceof SyntaxError) return INVALID;
  if (error instanceof MultipartForm) return MULTIPART;
  if (!(error instanceof Refusal)) {
    return refused(500, "internal", "Internal error");
  }
  const { code, detail } = error;
  const { explains, ...answer } = ANSWERS[code];
  if (answer.status === 429 || answer.status === 503) {
    const wait = Math.ceil(detail.retryAfterSeconds ?? RETRY_SECONDS);
    return {
      ...answer,
      text: `${answer.text}; try again in ${ENGLISH.duration(wait)}`,
      retryAfterSeconds: wait,
    };
  }
  if (!explains || detail.explanation === undefined) return answer;
  return { ...answer, text: detail.explanation };
}
