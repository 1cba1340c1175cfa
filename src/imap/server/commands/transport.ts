/** Commands that change what carries the session. @module */
import { type ImapCommand, ImapNo } from "../command.ts";
import type { ImapSession } from "../session.ts";
import { LOGGED_IN, parseNothing } from "./any_state.ts";

/** STARTTLS (RFC 3501 §6.2.1). */
export const startTls: ImapCommand<void, ImapSession> = {
  states: ["not_authenticated"],
  parse: parseNothing,
  async *run(session) {
    if (session.secure) throw new SyntaxError("TLS is already active");
    return { text: "Begin TLS negotiation now", effect: "start_tls" };
  },
};

/** COMPRESS (RFC 4978 §3). */
export const compress: ImapCommand<string, ImapSession> = {
  states: LOGGED_IN,
  parse(args) {
    args.space();
    return args.keyword();
  },
  async *run(session, mechanism) {
    if (session.compressed) {
      throw new ImapNo("[COMPRESSIONACTIVE] DEFLATE is already active");
    }
    if (mechanism !== "DEFLATE" || !session.backend.limits().compress) {
      throw new ImapNo("[CANNOT] Unsupported mechanism");
    }
    session.compressed = true;
    return { text: "DEFLATE active", effect: "compress" };
  },
};
