/**
 * APPEND (RFC 3501 §6.3.11) without a message: the one with a message is an
 * upload, which the session takes while it comes in.
 *
 * @module
 */
import type { ImapCommand } from "../command.ts";
import type { ImapSession } from "../session.ts";
import { LOGGED_IN } from "./any_state.ts";

export const append: ImapCommand<never, ImapSession> = {
  states: LOGGED_IN,
  parse() {
    throw new SyntaxError("Expected a literal");
  },
  async *run() {
    return "APPEND completed";
  },
};
