/**
 * Every reply an SMTP session can give, but those to a `Refusal`, which
 * `refusals.ts` has. Texts are constants (RFC 5321 §4.2) with enhanced status
 * codes (RFC 2034 §4); none shows what software runs here.
 *
 * @module
 */
import type { SmtpEnding } from "./backend.ts";

export interface Reply {
  readonly code: number;
  /** As it goes on the wire, all lines, each with CRLF. */
  readonly text: string;
}

export function reply(code: number, text: string): Reply {
  return { code, text: `${code} ${text}\r\n` };
}

export const OK = reply(250, "2.0.0 OK");
export const SENDER_OK = reply(250, "2.1.0 OK");
export const RECIPIENT_OK = reply(250, "2.1.5 OK");
export const BYE = reply(221, "2.0.0 Bye");
export const HELP = reply(214, "2.0.0 See RFC 5321");
export const CANNOT_VERIFY = reply(
  252,
  "2.0.0 Send some mail, I will try my best",
);
export const READY_FOR_TLS = reply(220, "2.0.0 Ready to start TLS");
export const AUTHENTICATED = reply(235, "2.7.0 Authentication successful");
/** With a space after the code, although nothing follows (RFC 4954 §4). */
export const AUTH_CONTINUE = reply(334, "");
export const AUTH_USERNAME = reply(334, "VXNlcm5hbWU6");
export const AUTH_PASSWORD = reply(334, "UGFzc3dvcmQ6");
export const START_DATA = reply(354, "End data with <CR><LF>.<CR><LF>");

export const TIMEOUT = reply(421, "4.4.2 Timeout");
export const TOO_MANY_CONNECTIONS = reply(
  421,
  "4.7.0 Too many connections, try again later",
);
/** RFC 3463 §3.4 */
export const TAKES_NONE_NOW = reply(
  421,
  "4.3.2 Short of resources, try again later",
);
export const TOO_MANY_ERRORS = reply(421, "4.7.0 Too many errors");
export const TOO_MANY_FAILED_LOGINS = reply(
  421,
  "4.7.0 Too many authentication failures",
);
export const SESSION_ENDINGS: Readonly<Record<SmtpEnding, Reply>> = {
  account_inactive: reply(421, "4.7.0 Account no longer active"),
  too_many_sessions: reply(421, "4.7.0 Too many sessions"),
  password_changed: reply(421, "4.7.0 Password has been changed"),
};
export const WRONG_PROTOCOL = reply(421, "4.7.0 This is not a mail client");

export const TEMPORARY_FAILURE = reply(451, "4.3.0 Temporary failure");
export const TOO_MANY_RECIPIENTS = reply(452, "4.5.3 Too many recipients");
export const TEMPORARY_AUTH_FAILURE = reply(
  454,
  "4.7.0 Temporary authentication failure",
);

export const UNKNOWN_COMMAND = reply(500, "5.5.2 Command not recognized");
export const LINE_TOO_LONG = reply(500, "5.5.2 Line too long");
export const BARE_LF_IN_COMMAND = reply(500, "5.5.2 Bare <LF> received");
export const BARE_CR_IN_COMMAND = reply(500, "5.5.2 Bare <CR> received");
export const NUL_IN_COMMAND = reply(500, "5.5.2 NUL received");
export const NON_ASCII_COMMAND = reply(501, "5.5.2 Non-ASCII in command");
export const NO_PARAMETERS = reply(501, "5.5.4 No parameters allowed");
export const EHLO_ARGUMENT = reply(501, "5.5.4 EHLO requires an argument");
export const HELO_ARGUMENT = reply(501, "5.5.4 HELO requires an argument");
export const CLIENT_NAME = reply(501, "5.5.4 Not a host name");
export const AUTH_ARGUMENT = reply(501, "5.5.4 AUTH requires a mechanism");
export const AUTH_PARAMETERS = reply(
  501,
  "5.5.4 AUTH takes a mechanism and one response",
);
export const BAD_SIZE = reply(501, "5.5.4 Bad SIZE");
export const BAD_BODY = reply(501, "5.5.4 Bad BODY");
export const DUPLICATE_PARAMETER = reply(501, "5.5.4 Duplicate parameter");
export const BAD_SENDER = reply(501, "5.1.7 Bad sender address syntax");
export const BAD_RECIPIENT = reply(501, "5.1.3 Bad recipient address syntax");
export const CANNOT_DECODE = reply(501, "5.5.2 Cannot decode");
export const AUTH_CANCELLED = reply(501, "5.7.0 Authentication cancelled");
export const NOT_IMPLEMENTED = reply(502, "5.5.1 Command not implemented");
export const TLS_ACTIVE = reply(503, "5.5.1 TLS already active");
export const EHLO_FIRST = reply(503, "5.5.1 EHLO first");
export const MAIL_FIRST = reply(503, "5.5.1 MAIL first");
export const RCPT_FIRST = reply(503, "5.5.1 RCPT first");
export const SENDER_GIVEN = reply(503, "5.5.1 Sender already given");
export const ALREADY_AUTHENTICATED = reply(503, "5.5.1 Already authenticated");
export const AUTH_IN_TRANSACTION = reply(
  503,
  "5.5.1 Not allowed during a mail transaction",
);
export const UNKNOWN_MECHANISM = reply(
  504,
  "5.5.4 Unrecognized authentication type",
);
export const TLS_REQUIRED = reply(
  530,
  "5.7.0 Must issue a STARTTLS command first",
);
export const AUTH_REQUIRED = reply(530, "5.7.0 Authentication required");
export const BARE_LF_IN_DATA = reply(550, "5.5.2 Bare <LF> received");
export const BARE_CR_IN_DATA = reply(550, "5.5.2 Bare <CR> received");
export const TOO_BIG = reply(552, "5.3.4 message file too big");
export const NON_ASCII_ADDRESS = reply(
  553,
  "5.6.7 Non-ASCII address not permitted",
);
export const NO_VALID_RECIPIENTS = reply(554, "5.5.1 No valid recipients");
export const SYNCHRONIZATION_ERROR = reply(554, "5.7.0 Synchronization error");
export const UNSUPPORTED_PARAMETER = reply(555, "5.5.4 Unsupported parameter");

export function greeting(hostname: string): Reply {
  return reply(220, `${hostname} ESMTP`);
}

export function shuttingDown(hostname: string): Reply {
  return reply(421, `4.3.2 ${hostname} shutting down`);
}

/** A list of lines, as only EHLO has one (RFC 5321 §4.1.1.1). */
export function listReply(code: number, lines: readonly string[]): Reply {
  const last = lines.length - 1;
  return {
    code,
    text: lines.map((line, i) => `${code}${i < last ? "-" : " "}${line}\r\n`)
      .join(""),
  };
}
