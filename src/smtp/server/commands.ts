/**
 * The commands of RFC 5321 §4.1.1, STARTTLS (RFC 3207 §4) and AUTH (RFC 4954 §4):
 * where each is allowed, what it does, and its reply.
 *
 * @module
 */
import {
  ArgumentError,
  isClientName,
  parseMail,
  parseRcpt,
} from "./arguments.ts";
import { auth } from "./auth.ts";
import type { SmtpSender } from "./backend.ts";
import {
  AUTH_REQUIRED,
  BYE,
  CANNOT_VERIFY,
  CLIENT_NAME,
  EHLO_ARGUMENT,
  EHLO_FIRST,
  HELO_ARGUMENT,
  HELP,
  listReply,
  MAIL_FIRST,
  NO_PARAMETERS,
  NO_VALID_RECIPIENTS,
  NON_ASCII_COMMAND,
  NOT_IMPLEMENTED,
  OK,
  RCPT_FIRST,
  READY_FOR_TLS,
  RECIPIENT_OK,
  type Reply,
  reply,
  SENDER_GIVEN,
  SENDER_OK,
  START_DATA,
  TLS_ACTIVE,
  TLS_REQUIRED,
  TOO_BIG,
  TOO_MANY_RECIPIENTS,
  UNKNOWN_COMMAND,
  UNSUPPORTED_PARAMETER,
} from "./replies.ts";
import type { SmtpState } from "./state.ts";
import type { Step } from "./step.ts";

interface SmtpCommand {
  /** Allowed only where MAIL is: after EHLO, over TLS, logged in. */
  readonly mail?: true;
  /** May be given UTF-8 (RFC 6531 §3.3). */
  readonly utf8?: true;
  run(state: SmtpState, text: string): Step | Promise<Step>;
}

const notImplemented: SmtpCommand = {
  run: () => ({ reply: NOT_IMPLEMENTED }),
};

const COMMANDS: ReadonlyMap<string, SmtpCommand> = new Map<string, SmtpCommand>(
  [
    ["EHLO", { run: ehlo }],
    ["HELO", { run: helo }],
    ["STARTTLS", { run: startTls }],
    ["AUTH", { run: auth }],
    ["MAIL", { mail: true, utf8: true, run: mail }],
    ["RCPT", { mail: true, utf8: true, run: rcpt }],
    ["DATA", { mail: true, run: data }],
    ["VRFY", { utf8: true, run: verify }],
    ["BDAT", { mail: true, run: () => ({ reply: NOT_IMPLEMENTED }) }],
    ["RSET", { run: rset }],
    ["NOOP", { run: () => ({ reply: OK }) }],
    ["HELP", { run: () => ({ reply: HELP }) }],
    ["QUIT", { run: () => ({ reply: BYE, effect: "close" }) }],
    ["EXPN", notImplemented],
    ["TURN", notImplemented],
    ["ETRN", notImplemented],
    ["SEND", notImplemented],
    ["SOML", notImplemented],
    ["SAML", notImplemented],
  ],
);

/** Runs one command line. Never throws. */
export function isCommand(verb: string): boolean {
  return COMMANDS.has(verb);
}

export async function runCommand(
  state: SmtpState,
  verb: string,
  text: string,
  ascii: boolean,
): Promise<Step> {
  const command = COMMANDS.get(verb);
  if (!command) return { reply: ascii ? UNKNOWN_COMMAND : NON_ASCII_COMMAND };
  if (!ascii && !command.utf8) return { reply: NON_ASCII_COMMAND };
  const refused = command.mail && whyNoMail(state);
  if (refused) return { reply: refused };
  try {
    return await command.run(state, text);
  } catch (error) {
    if (error instanceof ArgumentError) return { reply: error.reply };
    return { reply: state.replyTo(error) };
  }
}

function whyNoMail(state: SmtpState): Reply | undefined {
  const { service, options } = state;
  if (!state.greeted) return EHLO_FIRST;
  if (
    !state.secure && (service === "submission" || options.policy.requireTls)
  ) {
    return TLS_REQUIRED;
  }
  return service === "submission" && !state.account ? AUTH_REQUIRED : undefined;
}

async function ehlo(state: SmtpState, text: string): Promise<Step> {
  if (text === "") return { reply: EHLO_ARGUMENT };
  if (!isClientName(text)) return { reply: CLIENT_NAME };
  await state.dropTransaction();
  state.greeted = true;
  const { maxMessageOctets } = state.limits;
  const lines = [
    state.backend.hostname,
    "PIPELINING",
    `SIZE ${maxMessageOctets}`,
    "8BITMIME",
    "ENHANCEDSTATUSCODES",
  ];
  if (state.service === "mx") lines.push("SMTPUTF8");
  if (!state.secure) lines.push("STARTTLS");
  if (state.secure && state.service === "submission") {
    lines.push("AUTH PLAIN LOGIN");
  }
  return { reply: listReply(250, lines) };
}

async function helo(state: SmtpState, text: string): Promise<Step> {
  if (text === "") return { reply: HELO_ARGUMENT };
  if (!isClientName(text)) return { reply: CLIENT_NAME };
  await state.dropTransaction();
  state.greeted = true;
  return { reply: reply(250, state.backend.hostname) };
}

async function startTls(state: SmtpState, text: string): Promise<Step> {
  if (text !== "") return { reply: NO_PARAMETERS };
  if (state.secure) return { reply: TLS_ACTIVE };
  await state.dropTransaction();
  return { reply: READY_FOR_TLS, effect: "start_tls" };
}

/** RFC 5321 §4.1.1.2. */
async function mail(state: SmtpState, text: string): Promise<Step> {
  if (state.transaction) return { reply: SENDER_GIVEN };
  const submission = state.service === "submission";
  const { backend, account } = state;
  const { reversePath, utf8, sizeOctets } = parseMail(text, {
    utf8: !submission,
    auth: submission,
  });
  if (sizeOctets !== undefined) {
    if (sizeOctets > state.limits.maxMessageOctets) {
      return { reply: TOO_BIG };
    }
  }
  const sender: SmtpSender = {
    service: state.service,
    peer: { address: state.options.peerAddress, secure: state.secure },
    reversePath,
    utf8,
    ...(account && { account }),
    ...(sizeOctets !== undefined && { sizeOctets }),
  };
  state.transaction = {
    mail: await backend.begin(sender),
    utf8,
    accepted: 0,
    refused: 0,
  };
  return { reply: SENDER_OK };
}

/** RFC 5321 §4.1.1.3. */
async function rcpt(state: SmtpState, text: string): Promise<Step> {
  const open = state.transaction;
  if (!open) return { reply: MAIL_FIRST };
  open.refused++; // until it is known better
  const { forwardPath, hasParameters } = parseRcpt(text, open.utf8);
  if (open.accepted >= state.limits.maxRecipients) {
    return { reply: TOO_MANY_RECIPIENTS };
  }
  if (hasParameters) return { reply: UNSUPPORTED_PARAMETER };
  await open.mail.addRecipient(forwardPath);
  open.refused--;
  open.accepted++;
  return { reply: RECIPIENT_OK };
}

/** RFC 5321 §4.1.1.4. */
function data(state: SmtpState, text: string): Step {
  if (text !== "") return { reply: NO_PARAMETERS };
  const open = state.transaction;
  if (!open || open.accepted === 0) {
    return { reply: open?.refused ? NO_VALID_RECIPIENTS : RCPT_FIRST };
  }
  return { reply: START_DATA, effect: "start_data" };
}

/** RFC 5321 §4.1.1.6; another server need not have said EHLO before (§4.1.4). */
function verify(state: SmtpState): Step {
  const anyTime = state.service === "mx" && state.secure;
  return { reply: (anyTime ? undefined : whyNoMail(state)) ?? CANNOT_VERIFY };
}

async function rset(state: SmtpState, text: string): Promise<Step> {
  if (text !== "") return { reply: NO_PARAMETERS };
  await state.dropTransaction();
  return { reply: OK };
}
