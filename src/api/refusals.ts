/**
 * Each refusal as an HTTP answer.
 *
 * @module
 */
import { Refusal, type RefusalCode } from "../base/refusal.ts";
import { durationWords } from "./words.ts";

export interface HttpRefusal {
  readonly status: number;
  /** For people; ours alone, so that it shows no internals. */
  readonly text: string;
  /** For programs. */
  readonly code: string;
  readonly retryAfterSeconds?: number;
}

function refused(status: number, code: string, text: string): HttpRefusal {
  return { status, code, text };
}

const BUSY = refused(503, "busy", "The server is busy");
const INVALID = refused(400, "bad_request", "The request cannot be read");
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

const ANSWERS: Partial<Record<RefusalCode, HttpRefusal>> = {
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
  username_invalid: refused(
    400,
    "username_invalid",
    "This name cannot be used: choose letters, digits, dot, dash",
  ),
  username_taken: refused(409, "username_taken", "This name is taken"),
  password_too_short: refused(
    400,
    "password_too_short",
    "The password is too short",
  ),
  password_invalid: refused(
    400,
    "password_invalid",
    "The password has characters it may not have",
  ),
  registration_limited: refused(
    429,
    "rate_limited",
    "Too many new accounts from your network",
  ),
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
  confirmation_required: refused(
    409,
    "confirmation_required",
    "This has to be confirmed",
  ),
  not_running: BUSY,
  policy_rejection: FORBIDDEN,
};

/** Refusals whose explanation is of the rule that was broken, not of us. */
const EXPLAINED: ReadonlySet<RefusalCode> = new Set([
  "username_invalid",
  "password_too_short",
  "password_invalid",
]);
const RETRY_SECONDS = 60;

/** The answer to an error: its own for a refusal, 400 for unreadable text, else 500. */
export function httpRefusalFor(error: unknown): HttpRefusal {
  if (error instanceof SyntaxError) return INVALID;
  if (!(error instanceof Refusal)) {
    return refused(500, "internal", "Internal error");
  }
  const { code, detail } = error;
  const answer = ANSWERS[code] ?? INVALID;
  if (answer.status === 429 || answer.status === 503) {
    const wait = Math.ceil(detail.retryAfterSeconds ?? RETRY_SECONDS);
    return {
      ...answer,
      text: `${answer.text}; try again in ${durationWords(wait)}`,
      retryAfterSeconds: wait,
    };
  }
  if (!EXPLAINED.has(code) || detail.explanation === undefined) return answer;
  return { ...answer, text: detail.explanation };
}
