/** Logging in, with LOGIN and with AUTHENTICATE. @module */
import { Refusal } from "../../../base/refusal.ts";
import { findAddress } from "../../../mail/address.ts";
import { type CommandRun, type ImapCommand, ImapNo } from "../command.ts";
import type { ImapSession } from "../session.ts";

interface Credentials {
  readonly address: string;
  readonly password: string;
}

interface Mechanism {
  readonly name: string;
  /** RFC 4959 §3: the first response, in base64. */
  readonly initial?: string;
}

const BASE64 =
  /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** LOGIN (RFC 3501 §6.2.3). */
export const login: ImapCommand<Credentials, ImapSession> = {
  states: ["not_authenticated"],
  parse(args) {
    args.space();
    const address = args.astring();
    args.space();
    return { address, password: args.astring() };
  },
  run: logIn,
};

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
    return yield* logIn(
      session,
      plainCredentials(initial === "=" ? "" : initial),
    );
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

/** @throws {Refusal} after a delay that does not tell why */
async function* logIn(
  session: ImapSession,
  { address, password }: Credentials,
): CommandRun<ImapSession> {
  checkSecure(session);
  const { context, options } = session;
  const startedAt = context.monotonic();
  try {
    session.logIn(
      await session.backend.login(address, password, context.peer),
    );
  } catch (error) {
    const refusal = refusalOf(session, error);
    if (refusal.code !== "busy" && refusal.code !== "unavailable") {
      session.loginFailures++;
    }
    yield { effect: "flush" };
    const left = startedAt + options.failDelayMs - context.monotonic();
    if (left > 0) await context.sleep(left);
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

/**
 * Acting for another account is not possible: the login then fails.
 *
 * @throws {SyntaxError}
 */
function plainCredentials(base64: string): Credentials {
  if (!BASE64.test(base64)) throw new SyntaxError("Invalid base64");
  const octets = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  const fields = decodePlain(octets).split("\0");
  const [authorization, address, password] = fields;
  if (fields.length !== 3 || !address || !password) {
    throw new SyntaxError("Invalid credentials");
  }
  const same = authorization === "" || authorization === address ||
    findAddress(authorization!) === (findAddress(address) ?? address);
  return { address, password: same ? password : "" };
}

function decodePlain(octets: Uint8Array): string {
  try {
    return decoder.decode(octets);
  } catch {
    throw new SyntaxError("Invalid credentials");
  }
}
