/** Entering and leaving a mailbox. @module */
import { Refusal } from "../../../base/refusal.ts";
import type { WatchedMailbox } from "../../../mail/account_mail.ts";
import { scanMailboxName } from "../../proto/mailbox_name.ts";
import type { ImapCommand } from "../command.ts";
import { allFlags } from "../selected.ts";
import type { ImapSession } from "../session.ts";
import { LOGGED_IN, parseNothing, SELECTED } from "./any_state.ts";

interface SelectArguments {
  readonly name: string;
  readonly condstore: boolean;
}

const MAX_KEYWORDS = 32; // bits of a message's keywords

/** SELECT (RFC 3501 §6.3.1). */
export const select = selecting({ name: "SELECT", readOnly: false });
/** EXAMINE (RFC 3501 §6.3.2). */
export const examine = selecting({ name: "EXAMINE", readOnly: true });

/** UNSELECT (RFC 3691 §2). */
export const unselect: ImapCommand<void, ImapSession> = {
  states: SELECTED,
  parse: parseNothing,
  async *run(session) {
    session.unselect();
    return "UNSELECT completed";
  },
};

/** CLOSE (RFC 3501 §6.4.2): expunges without a word to this client. */
export const close: ImapCommand<void, ImapSession> = {
  states: SELECTED,
  parse: parseNothing,
  async *run(session) {
    const { id, readOnly } = session.selected;
    if (!readOnly) await session.account.mail.expunge(id);
    session.unselect();
    return "CLOSE completed";
  },
};

function selecting(
  { name: command, readOnly }: { name: string; readOnly: boolean },
): ImapCommand<SelectArguments, ImapSession> {
  return {
    states: LOGGED_IN,
    parse(args) {
      args.space();
      const name = scanMailboxName(args);
      if (args.atEnd()) return { name, condstore: false };
      args.space();
      const parameters = args.list(() => args.keyword());
      if (parameters.some((parameter) => parameter !== "CONDSTORE")) {
        throw new SyntaxError("Unknown parameter");
      }
      return { name, condstore: parameters.length > 0 };
    },
    async *run(session, { name, condstore }) {
      if (session.state === "selected") {
        session.unselect();
        if (session.condstore) { // RFC 7162 §3.2.11
          yield { text: "* OK [CLOSED] Previous mailbox closed\r\n" };
        }
      }
      const watched = await session.select(name, { readOnly });
      if (!watched) throw new Refusal("no_such_mailbox");
      if (condstore) session.enableCondstore();
      yield { text: selectResponse(watched, { readOnly }) };
      return `[READ-${readOnly ? "ONLY" : "WRITE"}] ${command} completed`;
    },
  };
}

function selectResponse(
  { mailbox, firstUnseen }: WatchedMailbox,
  { readOnly }: { readOnly: boolean },
): string {
  const flags = allFlags(mailbox.keywords);
  const more = mailbox.keywords.length < MAX_KEYWORDS ? " \\*)" : ")";
  const permanent = readOnly ? "()" : flags.slice(0, -1) + more;
  return `* FLAGS ${flags}\r\n` +
    `* OK [PERMANENTFLAGS ${permanent}] Flags permitted\r\n` +
    `* ${mailbox.exists} EXISTS\r\n` +
    "* 0 RECENT\r\n" +
    (firstUnseen === undefined
      ? ""
      : `* OK [UNSEEN ${firstUnseen}] First unseen\r\n`) +
    `* OK [UIDVALIDITY ${mailbox.uidValidity}] UIDs valid\r\n` +
    `* OK [UIDNEXT ${mailbox.uidNext}] Predicted next UID\r\n` +
    `* OK [HIGHESTMODSEQ ${mailbox.highestModSeq}] Highest\r\n`;
}
