/** Commands that make, unmake and name mailboxes. @module */
import { Refusal } from "../../../base/refusal.ts";
import type { SpecialUse } from "../../../mail/mailbox.ts";
import { checkNewName, isNameOnly } from "../../../mail/mailbox_name.ts";
import { scanMailboxName } from "../../proto/mailbox_name.ts";
import type { Scanner } from "../../proto/scanner.ts";
import { type ImapCommand, ImapNo } from "../command.ts";
import type { ImapSession } from "../session.ts";
import { LOGGED_IN } from "./any_state.ts";

const INBOX = "INBOX";

/** What a client may ask for (RFC 6154 §3); the others are views of other mailboxes. */
const USES: ReadonlyMap<string, SpecialUse> = new Map([
  ["\\archive", "\\Archive"],
  ["\\drafts", "\\Drafts"],
  ["\\junk", "\\Junk"],
  ["\\sent", "\\Sent"],
  ["\\trash", "\\Trash"],
]);
/** Names that say it all. */
const USUAL_NAMES: ReadonlyMap<string, SpecialUse> = new Map([
  ["Drafts", "\\Drafts"],
  ["Junk", "\\Junk"],
  ["Sent", "\\Sent"],
  ["Trash", "\\Trash"],
]);

interface CreateArguments {
  readonly name: string;
  /** As asked for. */
  readonly uses: readonly string[];
}

/** CREATE (RFC 3501 §6.3.3), with USE (RFC 6154 §3). */
export const create: ImapCommand<CreateArguments, ImapSession> = {
  states: LOGGED_IN,
  parse(args) {
    args.space();
    // A separator at the end says that there will be children.
    const name = scanMailboxName(args).replace(/\/$/, "");
    if (args.atEnd()) return { name, uses: [] };
    args.expect(" (USE ");
    const uses = args.list(() => args.flag());
    args.expect(")");
    return { name, uses };
  },
  async *run(session, { name, uses }) {
    checkNewName(name);
    const wanted = [...new Set(uses.map((use) => use.toLowerCase()))];
    const use = USES.get(wanted[0] ?? "");
    if (wanted.length > 1 || wanted.length === 1 && !use) {
      throw new ImapNo("[USEATTR] Not supported for a mailbox");
    }
    await session.account.mail.create(name, use ?? USUAL_NAMES.get(name));
    return "CREATE completed";
  },
};

/** DELETE (RFC 3501 §6.3.4). */
export const remove: ImapCommand<string, ImapSession> = {
  states: LOGGED_IN,
  parse: parseName,
  async *run(session, name) {
    if (name === INBOX) throw new Refusal("mailbox_undeletable");
    const { mail } = session.account;
    const mailbox = await mail.find(name);
    if (!mailbox || isNameOnly(mailbox, await mail.list())) {
      throw new Refusal("no_such_mailbox");
    }
    if (session.state === "selected" && session.selected.id === mailbox.id) {
      session.unselect();
    }
    await mail.delete(name);
    return "DELETE completed";
  },
};

/** RENAME (RFC 3501 §6.3.5). */
export const rename: ImapCommand<{ from: string; to: string }, ImapSession> = {
  states: LOGGED_IN,
  parse(args) {
    const from = parseName(args);
    args.space();
    return { from, to: scanMailboxName(args).replace(/\/$/, "") };
  },
  async *run(session, { from, to }) {
    const { mail } = session.account;
    const mailbox = await mail.find(from);
    if (!mailbox || isNameOnly(mailbox, await mail.list())) {
      throw new Refusal("no_such_mailbox");
    }
    checkNewName(to);
    if (from !== INBOX && to.startsWith(`${from}/`)) {
      throw new ImapNo("[CANNOT] Mailbox cannot be moved into itself");
    }
    await mail.rename(from, to);
    return "RENAME completed";
  },
};

/** SUBSCRIBE (RFC 3501 §6.3.6). */
export const subscribe = subscribing({ name: "SUBSCRIBE", subscribed: true });
/** UNSUBSCRIBE (RFC 3501 §6.3.7). */
export const unsubscribe = subscribing({
  name: "UNSUBSCRIBE",
  subscribed: false,
});

function subscribing(
  { name: command, subscribed }: { name: string; subscribed: boolean },
): ImapCommand<string, ImapSession> {
  return {
    states: LOGGED_IN,
    parse: parseName,
    async *run(session, name) {
      const { mail } = session.account;
      if (!await mail.find(name)) throw new Refusal("no_such_mailbox");
      if (name !== INBOX) await mail.setSubscribed(name, subscribed);
      return `${command} completed`;
    },
  };
}

function parseName(args: Scanner): string {
  args.space();
  return scanMailboxName(args);
}
