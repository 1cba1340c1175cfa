/**
 * LIST (RFC 3501 §6.3.8) with the selections and returns of RFC 5258 §3 and the
 * special uses of RFC 6154 §2, LSUB (RFC 3501 §6.3.9), NAMESPACE (RFC 2342 §5).
 *
 * @module
 */
import type { Mailbox } from "../../../mail/mailbox.ts";
import { listPattern } from "../../proto/list_pattern.ts";
import {
  scanMailboxName,
  scanMailboxPattern,
} from "../../proto/mailbox_name.ts";
import { listResponse } from "../../proto/responses.ts";
import type { Scanner } from "../../proto/scanner.ts";
import type { ImapCommand } from "../command.ts";
import type { ImapSession } from "../session.ts";
import { LOGGED_IN, parseNothing } from "./any_state.ts";
import { Turns } from "../turns.ts";
import { isNameOnly } from "../../../mail/mailbox_name.ts";
import { scanStatusItems, type StatusItem, statusText } from "./status.ts";

interface ListArguments {
  /** Patterns with the reference before them. */
  readonly patterns: readonly string[];
  /** `LIST ref ""` asks for the separator only. */
  readonly separatorOnly: boolean;
  readonly selection: ReadonlySet<string>;
  readonly returned: ReadonlySet<string>;
  readonly statusItems: readonly StatusItem[];
}

const SELECTIONS = ["SUBSCRIBED", "REMOTE", "RECURSIVEMATCH", "SPECIAL-USE"];
/** Each is compared with each mailbox. */
const MAX_PATTERNS = 20;
const RETURNS = ["SUBSCRIBED", "CHILDREN", "SPECIAL-USE"];

export const namespace: ImapCommand<void, ImapSession> = {
  states: LOGGED_IN,
  parse: parseNothing,
  async *run() {
    yield { text: '* NAMESPACE (("" "/")) NIL NIL\r\n' };
    return "NAMESPACE completed";
  },
};

export const list: ImapCommand<ListArguments, ImapSession> = {
  states: LOGGED_IN,
  parse: parseList,
  async *run(session, args) {
    if (args.separatorOnly) {
      yield { text: listResponse("LIST", ["\\Noselect"], "") };
      return "LIST completed";
    }
    const all = await session.account.mail.list();
    const mailboxes = all.filter((mailbox) =>
      mailbox.subscribed && args.selection.has("SUBSCRIBED") ||
      !isNameOnly(mailbox, all)
    );
    const sorted = mailboxes.toSorted(byName);
    const matching = await matchingNames(
      session,
      sorted.map(({ name }) => name),
      args.patterns,
    );
    const listed = select(sorted, matching, args);
    const subscribed = args.selection.has("SUBSCRIBED") ||
      args.returned.has("SUBSCRIBED");
    for (const { mailbox, childInfo } of listed) {
      const attributes = attributesOf(mailbox, { mailboxes, subscribed });
      const line = listResponse("LIST", attributes, mailbox.name);
      yield {
        text: childInfo
          ? `${line.slice(0, -2)} ("CHILDINFO" ("SUBSCRIBED"))\r\n`
          : line,
      };
      if (args.statusItems.length > 0 && mailbox.selectable) {
        yield { text: await statusText(session, mailbox, args.statusItems) };
      }
    }
    return "LIST completed";
  },
};

export const lsub: ImapCommand<string, ImapSession> = {
  states: LOGGED_IN,
  parse(args) {
    args.space();
    const reference = scanMailboxName(args);
    args.space();
    return reference + scanMailboxPattern(args);
  },
  async *run(session, pattern) {
    const mailboxes = await session.account.mail.list();
    const names = mailboxes.filter((mailbox) => mailbox.subscribed)
      .map((mailbox) => mailbox.name);
    // RFC 3501 §6.3.9: parents show that there are more below.
    const parents = pattern.endsWith("%") ? names.flatMap(parentsOf) : [];
    const candidates = [...new Set([...names, ...parents])].sort(byText);
    const matching = await matchingNames(session, candidates, [pattern]);
    for (const name of matching) {
      const isBelow = names.some((other) =>
        other.startsWith(`${name}/`) && !matching.has(other)
      );
      if (!names.includes(name) && !isBelow) continue;
      const attributes = names.includes(name) ? [] : ["\\Noselect"];
      yield { text: listResponse("LSUB", attributes, name) };
    }
    return "LSUB completed";
  },
};

function parseList(args: Scanner): ListArguments {
  args.space();
  const selection = new Set(
    args.isNext("(") ? scanWords(args, SELECTIONS) : [],
  );
  const extended = selection.size > 0;
  if (selection.has("RECURSIVEMATCH") && !selection.has("SUBSCRIBED")) {
    throw new SyntaxError("RECURSIVEMATCH needs SUBSCRIBED"); // RFC 5258 §3.1
  }
  const reference = scanMailboxName(args);
  args.space();
  const several = args.isNext("(");
  const patterns = several
    ? args.list(() => scanMailboxPattern(args))
    : [scanMailboxPattern(args)];
  if (patterns.length > MAX_PATTERNS) {
    throw new SyntaxError("Too many patterns");
  }
  const returned = new Set<string>();
  let statusItems: StatusItem[] = [];
  if (!args.atEnd()) {
    args.expect(" RETURN ");
    args.list(() => {
      const option = args.keyword();
      if (option === "STATUS") {
        args.space();
        statusItems = scanStatusItems(args);
      } else if (RETURNS.includes(option)) returned.add(option);
      else throw new SyntaxError("Unknown return option");
    });
  }
  return {
    patterns: patterns.filter((pattern) => pattern !== "")
      .map((pattern) => reference + pattern),
    separatorOnly: !several && !extended && patterns[0] === "",
    selection,
    returned,
    statusItems,
  };
}

function scanWords(args: Scanner, known: readonly string[]): string[] {
  const words = args.list(() => args.keyword());
  if (words.some((word) => !known.includes(word))) {
    throw new SyntaxError("Unknown selection option");
  }
  args.space();
  return words;
}

interface Listed {
  readonly mailbox: Mailbox;
  /** Some mailbox below is selected too (RFC 5258 §3.5). */
  readonly childInfo: boolean;
}

/** Those of the names that one of the patterns means; a long list of both takes turns with other sessions. */
async function matchingNames(
  session: ImapSession,
  names: readonly string[],
  patterns: readonly string[],
): Promise<ReadonlySet<string>> {
  const turns = new Turns(session.context);
  const matchers = patterns.map(listPattern);
  const found = new Set<string>();
  for (const name of names) {
    if (matchers.some((matches) => matches(name))) found.add(name);
    await turns.checkpoint();
  }
  return found;
}

function select(
  mailboxes: readonly Mailbox[],
  matching: ReadonlySet<string>,
  { selection }: ListArguments,
): Listed[] {
  const isSelected = (mailbox: Mailbox) =>
    (!selection.has("SUBSCRIBED") || mailbox.subscribed) &&
    (!selection.has("SPECIAL-USE") || mailbox.specialUse !== undefined);
  const recursive = selection.has("RECURSIVEMATCH");
  const listed: Listed[] = [];
  for (const mailbox of mailboxes) {
    if (!matching.has(mailbox.name)) continue;
    const below = recursive
      ? mailboxes.filter((child) =>
        child.name.startsWith(`${mailbox.name}/`) && isSelected(child)
      )
      : [];
    if (
      isSelected(mailbox) || below.some((child) => !matching.has(child.name))
    ) listed.push({ mailbox, childInfo: below.length > 0 });
  }
  return listed;
}

function attributesOf(
  mailbox: Mailbox,
  { mailboxes, subscribed }: {
    readonly mailboxes: readonly Mailbox[];
    readonly subscribed: boolean;
  },
): string[] {
  const prefix = `${mailbox.name}/`;
  const hasChildren = mailboxes.some(({ name, selectable }) =>
    selectable && name.startsWith(prefix)
  );
  const absent = hasChildren ? "\\Noselect" : "\\NonExistent"; // RFC 5258 §3
  return [
    ...(mailbox.selectable ? [] : [absent]),
    hasChildren ? "\\HasChildren" : "\\HasNoChildren", // RFC 3348 §3
    ...(subscribed && mailbox.subscribed ? ["\\Subscribed"] : []),
    ...(mailbox.specialUse ? [mailbox.specialUse] : []),
  ];
}

function parentsOf(name: string): string[] {
  const levels = name.split("/");
  return levels.slice(1).map((_, i) => levels.slice(0, i + 1).join("/"));
}

function byName(a: Mailbox, b: Mailbox): number {
  return byText(a.name, b.name);
}

/** INBOX first. */
function byText(a: string, b: string): number {
  if (a === b) return 0;
  if (a === "INBOX") return -1;
  return b === "INBOX" || a > b ? 1 : -1;
}
