/** Commands that are legal in every state (RFC 3501 §6.1), and CHECK. @module */
import type { Scanner } from "../../proto/scanner.ts";
import type { ImapCommand, ImapState } from "../command.ts";
import type { ImapSession } from "../session.ts";

const EVERY_STATE: readonly ImapState[] = [
  "not_authenticated",
  "authenticated",
  "selected",
];
export const LOGGED_IN: readonly ImapState[] = ["authenticated", "selected"];
export const SELECTED: readonly ImapState[] = ["selected"];

const MAX_ID_PAIRS = 30; // RFC 2971 §3.3

/** For commands without arguments. */
export function parseNothing(_args: Scanner): void {}

/** CAPABILITY (RFC 3501 §6.1.1). */
export const capability: ImapCommand<void, ImapSession> = {
  states: EVERY_STATE,
  parse: parseNothing,
  async *run(session) {
    yield { text: `* CAPABILITY ${session.capabilities()}\r\n` };
    return "CAPABILITY completed";
  },
};

/** NOOP (RFC 3501 §6.1.2): the notices that end every command are its point. */
export const noop: ImapCommand<void, ImapSession> = {
  states: EVERY_STATE,
  parse: parseNothing,
  async *run() {
    return "NOOP completed";
  },
};

/** CHECK (RFC 3501 §6.4.1). */
export const check: ImapCommand<void, ImapSession> = {
  states: SELECTED,
  parse: parseNothing,
  async *run() {
    return "CHECK completed";
  },
};

/** LOGOUT (RFC 3501 §6.1.3). */
export const logout: ImapCommand<void, ImapSession> = {
  states: EVERY_STATE,
  parse: parseNothing,
  async *run(session) {
    session.unselect(); // nothing of it is told behind BYE
    yield { text: "* BYE Logging out\r\n" };
    return { text: "LOGOUT completed", effect: "close" };
  },
};

/** ID (RFC 2971 §3.1). What the client says of itself is not looked at. */
export const id: ImapCommand<void, ImapSession> = {
  states: EVERY_STATE,
  parse(args) {
    args.space();
    if (!args.isNext("(")) {
      if (args.keyword() !== "NIL") throw new SyntaxError("Expected a list");
      return;
    }
    const fields = args.list(() => args.nstring());
    if (fields.length > 2 * MAX_ID_PAIRS) {
      throw new SyntaxError("Too many fields");
    }
  },
  async *run(session) {
    yield {
      text: session.state === "not_authenticated"
        ? "* ID NIL\r\n"
        : '* ID ("name" "chatmail")\r\n',
    };
    return "ID completed";
  },
};
