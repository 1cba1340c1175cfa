/** STATUS (RFC 3501 §6.3.10), also for LIST-STATUS (RFC 5819 §2). @module */
import { Refusal } from "../../../base/refusal.ts";
import type { Mailbox } from "../../../mail/mailbox.ts";
import { scanMailboxName } from "../../proto/mailbox_name.ts";
import { statusResponse } from "../../proto/responses.ts";
import type { Scanner } from "../../proto/scanner.ts";
import type { ImapCommand } from "../command.ts";
import type { ImapSession } from "../session.ts";
import { LOGGED_IN } from "./any_state.ts";

interface Totals {
  readonly octets: number;
  readonly deleted: number;
}

const ITEMS = {
  MESSAGES: (mailbox: Mailbox) => mailbox.exists,
  RECENT: () => 0,
  UIDNEXT: (mailbox: Mailbox) => mailbox.uidNext,
  UIDVALIDITY: (mailbox: Mailbox) => mailbox.uidValidity,
  UNSEEN: (mailbox: Mailbox) => mailbox.unseen,
  DELETED: (_mailbox: Mailbox, totals: Totals) => totals.deleted, // RFC 9208 §4.1.4
  SIZE: (_mailbox: Mailbox, totals: Totals) => totals.octets, // RFC 8438 §2
  HIGHESTMODSEQ: (mailbox: Mailbox) => mailbox.highestModSeq, // RFC 7162 §3.1.7
  APPENDLIMIT: (_mailbox: Mailbox, _totals: Totals, limit: number) => limit, // RFC 7889 §2
} as const;
export type StatusItem = keyof typeof ITEMS;

interface StatusArguments {
  readonly name: string;
  readonly items: readonly StatusItem[];
}

export const status: ImapCommand<StatusArguments, ImapSession> = {
  states: LOGGED_IN,
  parse(args) {
    args.space();
    const name = scanMailboxName(args);
    args.space();
    return { name, items: scanStatusItems(args) };
  },
  async *run(session, { name, items }) {
    const mailbox = await session.account.mail.find(name);
    if (!mailbox?.selectable) throw new Refusal("no_such_mailbox");
    yield { text: await statusText(session, mailbox, items) };
    return "STATUS completed";
  },
};

/** A parenthesised list of at least one. @throws {SyntaxError} */
export function scanStatusItems(args: Scanner): StatusItem[] {
  const items = args.list(() => {
    const item = args.keyword();
    if (!Object.hasOwn(ITEMS, item)) throw new SyntaxError("Unknown item");
    return item as StatusItem;
  });
  if (items.length === 0) throw new SyntaxError("Expected an item");
  return [...new Set(items)];
}

/** The untagged response. */
export async function statusText(
  session: ImapSession,
  mailbox: Mailbox,
  items: readonly StatusItem[],
): Promise<string> {
  const counted = items.includes("SIZE") || items.includes("DELETED");
  const totals = counted
    ? await session.account.mail.totals(mailbox.id)
    : { octets: 0, deleted: 0 };
  if (items.includes("HIGHESTMODSEQ")) session.enableCondstore();
  const limit = session.backend.limits().maxMessageOctets;
  return statusResponse(
    mailbox.name,
    items.map((item) => [item, ITEMS[item](mailbox, totals, limit)]),
  );
}
