/**
 * IDLE (RFC 2177 §3). Nothing runs meanwhile: what there is to say the
 * connection says, until the client's line ends it.
 *
 * @module
 */
import type { Continuation, ImapCommand } from "../command.ts";
import type { ImapSession } from "../session.ts";
import { LOGGED_IN, parseNothing } from "./any_state.ts";

const UNTIL_DONE: Continuation<ImapSession> = {
  prompt: "idling",
  async *take(session, line) {
    session.idling = false;
    if (line.toUpperCase() !== "DONE") throw new SyntaxError("Expected DONE");
    return "IDLE terminated";
  },
};

export const idle: ImapCommand<void, ImapSession> = {
  states: LOGGED_IN,
  parse: parseNothing,
  async *run(session) {
    session.idling = true;
    return UNTIL_DONE;
  },
};
