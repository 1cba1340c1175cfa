/**
 * What cannot be done, as clients of mail over HTTP are told: a status, a text
 * that they compare, and a code.
 *
 * @module
 */
import { Refusal, type RefusalCode } from "../../base/refusal.ts";
import { domain, parseAddress } from "../../mail/address.ts";
import { httpRefusalFor } from "../refusals.ts";

export class WebmailFault extends Error {
  override readonly name = "WebmailFault";
  constructor(
    readonly status: number,
    /** For people and for programs that compare it. */
    readonly text: string,
    readonly code: string,
    readonly retryAfterSeconds?: number,
  ) {
    super(text);
  }
}

export const UNKNOWN_MAILBOX = "unknown mailbox";
const MESSAGE_NOT_FOUND = "message not found";

export function unknownMailbox(): WebmailFault {
  return new WebmailFault(400, UNKNOWN_MAILBOX, "unknown_mailbox");
}

export function messageNotFound(): WebmailFault {
  return new WebmailFault(404, MESSAGE_NOT_FOUND, "message_not_found");
}

/** Of what was asked. */
export function badRequest(text: string): WebmailFault {
  return new WebmailFault(400, text, "bad_request");
}

export function tooManyRequests(seconds: number): WebmailFault {
  return new WebmailFault(429, "too many requests", "rate_limited", seconds);
}

type Detail = Refusal["detail"];
type Row = readonly [
  status: number,
  code: string,
  text: string | ((detail: Detail) => string),
];

const UNAUTHORIZED_SENDER: Row = [
  403,
  "unauthorized_sender",
  "Unauthorized use of sender address",
];
const FEDERATION_REJECTED: Row = [
  400,
  "federation_rejected",
  ({ address }) => `federation rejected: ${domainOf(address)}`,
];

/** Where clients expect another answer than that of other routes. */
const ROWS: Partial<Readonly<Record<RefusalCode, Row>>> = {
  bad_credentials: [401, "bad_credentials", "invalid credentials"],
  account_inactive: [403, "blocked", "user blocked"],
  too_many_attempts: [429, "rate_limited", "too many attempts"],
  too_many_requests: [429, "rate_limited", "too many requests"],
  tls_required: [403, "https_required", "HTTPS required"],

  message_too_large: [413, "too_large", "552 5.3.4 message file too big"],
  header_too_large: [413, "too_large", "552 5.3.4 Message header too big"],
  sender_not_owned: UNAUTHORIZED_SENDER,
  from_mismatch: UNAUTHORIZED_SENDER,
  sender_mismatch: UNAUTHORIZED_SENDER,
  quota_exceeded: [
    413,
    "quota_exceeded",
    ({ address }) => `552 5.2.2 ${shown(address)}Mailbox full: quota exceeded`,
  ],
  policy_rejection: FEDERATION_REJECTED,
  federation_off: FEDERATION_REJECTED,
  too_much_mail: [
    429,
    "rate_limited",
    ({ address }) => `450 4.7.1 Too much mail from ${address ?? "you"}`,
  ],
  too_many_recipients: [429, "rate_limited", "450 4.7.1 Too many recipients"],
  no_such_user: [
    400,
    "no_such_user",
    ({ address }) => `550 5.1.1 ${shown(address)}No such user`,
  ],
  no_such_domain: [
    400,
    "no_such_domain",
    ({ address }) => `550 5.1.2 ${shown(address)}No such domain`,
  ],
  not_delivered: [
    400,
    "not_delivered",
    ({ address, advice, status = "5.0.0" }) =>
      `550 ${status} ${shown(address)}Not delivered` +
      (advice === undefined ? "" : `: ${advice}`),
  ],

  no_such_mailbox: [400, "unknown_mailbox", UNKNOWN_MAILBOX],
  no_target_mailbox: [400, "unknown_mailbox", UNKNOWN_MAILBOX],
  mailbox_exists: [409, "mailbox_exists", "mailbox already exists"],
  mailbox_name_invalid: [400, "bad_request", "invalid mailbox name"],
};

/** What is wrong with a message itself is one code for programs; the text says what. */
const BAD_MESSAGE: ReadonlySet<RefusalCode> = new Set<RefusalCode>([
  "from_missing",
  "from_repeated",
  "from_several",
  "from_unreadable",
  "sender_unreadable",
  "author_too_long",
  "header_malformed",
  "header_line_too_long",
  "message_empty",
  "routing_loop",
]);

/** What the client is told of an error; undefined for a bug of ours. */
export function faultFor(error: unknown): WebmailFault | undefined {
  if (error instanceof WebmailFault) return error;
  if (!(error instanceof Refusal)) return undefined;
  const { code, detail } = error;
  const usual = httpRefusalFor(error);
  const wait = detail.retryAfterSeconds ?? usual.retryAfterSeconds;
  const row = ROWS[code];
  if (row) {
    const [status, name, text] = row;
    return new WebmailFault(
      status,
      typeof text === "string" ? text : text(detail),
      name,
      status === 429 ? wait ?? 60 : undefined,
    );
  }
  const name = BAD_MESSAGE.has(code) ? "bad_message" : usual.code;
  return new WebmailFault(usual.status, usual.text, name, wait);
}

export const INTERNAL = new WebmailFault(500, "internal error", "internal");

function shown(address: string | undefined): string {
  return address === undefined ? "" : `<${address}>: `;
}

function domainOf(address: string | undefined): string {
  try {
    return domain(parseAddress(address ?? ""));
  } catch {
    return "unknown";
  }
}
