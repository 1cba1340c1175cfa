/** Logging in, with LOGIN and with AUTHENTICATE. @module */
import { Refusal } from "../../../base/refusal.ts";
import {
  type Credentials,
  decodeName,
  plainCredentials,
} from "../../../mail/credentials.ts";
import { secretOf } from "../../../base/secret.ts";
import { type CommandRun, type ImapCommand, ImapNo } from "../command.ts";
import type { ImapSession } from "../session.ts";

interface Mechanism {
  readonly name: string;
  /** RFC 4959 §3: the first response, in base64. */
  readonly initial?: string;
}

interface LoginArguments {
  readonly name: Uint8Array;
  readonly password: Uint8Array;
}

/**
 * LOGIN (RFC 3501 §6.2.3). Its arguments are octets, and in whatever form they
 * can be told apart: clients put passwords into quoted strings as they are.
 */
export const login: ImapCommand<LoginArguments, ImapSession> = {
  states: ["not_authenticated"],
  takesOctets: true,
  parse(args) {
    args.space();
    const name = args.octets();
    args.space();
    return { name, password: args.octets() };
  },
  run(session, { name, password }) {
    return logIn(session, {
      address: nameOf(name),
      password: secretOf(password),
    });
  },
};

/** No account has a name that is not UTF-8: it is refused as any other. */
function nameOf(octets: Uint8Array): string {
  try {
    return decodeName(octets);
  } catch {
    return "";
  }
}

/** AUTHENTICATE (RFC 3501 §6.2.2) with PLAIN (RFC 4616 §2). */
export const authenticate: ImapCommand<Mechanism, ImapSession> = {
  states: ["not_authenticated"],
  parse(args) {
    args.space();
    const name = args.keyword();
    if (args.atEnd()) return { name };
    args.space();
    return { name, initial: args.atom() };
  },
  async *run(session, { name, initial }) {
    checkSecure(session);
    if (name !== "PLAIN") throw new ImapNo("[CANNOT] Unsupported mechanism");
    if (initial === undefined) return PLAIN_RESPONSE;
    return yield* logIn(session, plainCredentials(initial));
  },
};

const PLAIN_RESPONSE = {
  prompt: "",
  async *take(session: ImapSession, line: string): CommandRun<ImapSession> {
    if (line === "*") {
      throw new SyntaxError("Authentication exchange cancelled");
    }
    return yield* logIn(session, plainCredentials(line));
  },
};

/** @throws {Refusal} at a moment that does not tell why */
async function* logIn(
  session: ImapSession,
  { address, password }: Credentials,
): CommandRun<ImapSession> {
  checkSecure(session);
  yield { effect: "flush" }; // a refusal takes its time
  const { backend, context } = session;
  try {
    session.logIn(await backend.login(address, password, context.peer));
  } catch (error) {
    const refusal = refusalOf(session, error);
    if (refusal.code !== "busy" && refusal.code !== "unavailable") {
      session.loginFailures++;
    }
    throw refusal;
  }
  return `[CAPABILITY ${session.capabilities()}] Logged in`;
}

function refusalOf(session: ImapSession, error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  session.backend.reportBug(error);
  return new Refusal("unavailable");
}

function checkSecure(session: ImapSession): void {
  if (!session.secure) throw new Refusal("tls_required");
}
