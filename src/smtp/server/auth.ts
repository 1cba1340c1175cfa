/**
 * AUTH (RFC 4954): PLAIN and LOGIN, with or without an initial response.
 *
 * @module
 */
import { secretOf } from "../../base/secret.ts";
import {
  type Credentials,
  decodeBase64,
  decodeName,
  plainCredentials,
} from "../../mail/credentials.ts";
import {
  ALREADY_AUTHENTICATED,
  AUTH_ARGUMENT,
  AUTH_CANCELLED,
  AUTH_CONTINUE,
  AUTH_IN_TRANSACTION,
  AUTH_PARAMETERS,
  AUTH_PASSWORD,
  AUTH_USERNAME,
  AUTHENTICATED,
  CANNOT_DECODE,
  EHLO_FIRST,
  NOT_IMPLEMENTED,
  type Reply,
  TEMPORARY_AUTH_FAILURE,
  TLS_REQUIRED,
  TOO_MANY_CONNECTIONS,
  TOO_MANY_FAILED_LOGINS,
  UNKNOWN_MECHANISM,
} from "./replies.ts";
import type { SmtpState } from "./state.ts";
import type { Step } from "./step.ts";

/** AUTH and its arguments. */
export function auth(state: SmtpState, text: string): Step | Promise<Step> {
  const refused = whyNot(state);
  if (refused) return { reply: refused };
  const [mechanism = "", initial, ...rest] = text.split(" ");
  if (mechanism === "") return { reply: AUTH_ARGUMENT };
  if (rest.length > 0) return { reply: AUTH_PARAMETERS };
  switch (mechanism.toUpperCase()) {
    case "PLAIN":
      return initial === undefined
        ? ask(AUTH_CONTINUE, (line) => plain(state, line))
        : plain(state, initial);
    case "LOGIN":
      return initial === undefined
        ? ask(AUTH_USERNAME, (line) => username(state, line))
        : username(state, initial);
    default:
      return { reply: UNKNOWN_MECHANISM };
  }
}

function whyNot(state: SmtpState): Reply | undefined {
  const { service, options } = state;
  if (
    !state.secure && (service === "submission" || options.policy.requireTls)
  ) {
    return state.greeted ? TLS_REQUIRED : EHLO_FIRST;
  }
  if (service === "mx") return NOT_IMPLEMENTED;
  if (!state.greeted) return EHLO_FIRST;
  if (state.transaction) return AUTH_IN_TRANSACTION;
  return state.account ? ALREADY_AUTHENTICATED : undefined;
}

function ask(
  reply: Reply,
  then: (line: string) => Step | Promise<Step>,
): Step {
  return {
    reply,
    continuation: (line) =>
      line === "*" ? { reply: AUTH_CANCELLED } : then(line),
  };
}

function plain(state: SmtpState, line: string): Step | Promise<Step> {
  return reading(() => login(state, plainCredentials(line)));
}

function username(state: SmtpState, line: string): Step | Promise<Step> {
  return reading(() => {
    const address = decodeName(decodeBase64(line));
    return ask(
      AUTH_PASSWORD,
      (next) =>
        reading(() => {
          const password = secretOf(decodeBase64(next));
          return login(state, { address, password });
        }),
    );
  });
}

function reading(work: () => Step | Promise<Step>): Step | Promise<Step> {
  try {
    return work();
  } catch (error) {
    if (error instanceof SyntaxError) return { reply: CANNOT_DECODE };
    throw error;
  }
}

async function login(
  state: SmtpState,
  { address, password }: Credentials,
): Promise<Step> {
  const { backend, options } = state;
  try {
    const account = await backend.login(address, password, {
      address: options.peerAddress,
      secure: state.secure,
    });
    if (!options.wire.admit(account)) {
      account.onInactive(() => {})(); // over before it began
      return { reply: TOO_MANY_CONNECTIONS, effect: "close" };
    }
    state.account = account;
    return { reply: AUTHENTICATED };
  } catch (error) {
    const reply = state.replyTo(error);
    if (reply.code === 535) return failed(state, reply);
    return { reply: reply.code === 454 ? reply : TEMPORARY_AUTH_FAILURE };
  }
}

function failed(state: SmtpState, reply: Reply): Step {
  state.failedLogins++;
  return state.failedLogins < state.options.policy.maxFailedLogins
    ? { reply }
    : { reply, farewell: TOO_MANY_FAILED_LOGINS };
}
