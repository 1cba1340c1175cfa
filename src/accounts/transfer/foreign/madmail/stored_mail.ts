/**
 * Mail of a madmail of version 1: which messages there are is in `imapsql.db`,
 * what is in them in files below `messages/`.
 *
 * @module
 */
import { join } from "node:path";
import {
  ANSWERED,
  DELETED,
  DRAFT,
  FLAGGED,
  SEEN,
  type SpecialUse,
} from "../../../../mail/mailbox.ts";
import {
  type ForeignMailbox,
  type ForeignMessage,
  UnreadableMessage,
} from "../foreign_relay.ts";
import { plainFile, plainOctets } from "../maildir_reader.ts";
import {
  type FoundTable,
  type MadmailDatabase,
  numberIn,
  type Row,
  textIn,
} from "./madmail_database.ts";

const FLAGS: Readonly<Record<string, number>> = {
  "\\seen": SEEN,
  "\\answered": ANSWERED,
  "\\flagged": FLAGGED,
  "\\deleted": DELETED,
  "\\draft": DRAFT,
};
const SPECIAL_USES: ReadonlySet<string> = new Set<SpecialUse>([
  "\\Drafts",
  "\\Sent",
  "\\Trash",
  "\\Junk",
  "\\Archive",
  "\\All",
  "\\Flagged",
]);
const MAX_MESSAGES = 1_000_000;
/** A path below `messages/` that leads nowhere else. */
const KEY = /^[A-Za-z0-9_-]{1,128}(?:\/[A-Za-z0-9_-]{1,128}){0,3}$/;

type Find = ReturnType<FoundTable["where"]>;

interface Tables {
  readonly user: Find;
  readonly mailboxes: Find;
  readonly messages: Find;
  readonly flags: Find;
}

/** The mailboxes of a user by name; undefined if there is no such mail. */
export function storedMailboxes(
  stateDir: string,
  database: MadmailDatabase,
):
  | ((
    username: string,
    tell: (problem: string) => void,
  ) => AsyncIterable<ForeignMailbox>)
  | undefined {
  const tables = tablesOf(database);
  if (!tables) return undefined;
  return async function* (username, tell) {
    const [user] = tables.user(username);
    const id = user && numberIn(user, "id");
    if (id === undefined) return;
    for (const row of tables.mailboxes(id)) {
      const mailbox = numberIn(row, "id");
      const name = textIn(row, "name");
      if (mailbox === undefined || name === undefined) continue;
      yield await mailboxOf(row, name, {
        root: join(stateDir, "messages"),
        messages: tables.messages(mailbox),
        flags: flagsOf(tables.flags(mailbox)),
        tell,
      });
    }
  };
}

function tablesOf(database: MadmailDatabase): Tables | undefined {
  function find(name: string, columns: readonly string[], condition: string) {
    const table = database.table({
      names: [name],
      columns: columns.map((column) => column.toLowerCase()),
    });
    return table?.where(columns, condition);
  }
  const user = find("users", ["id", "username"], "username = ? LIMIT 1");
  const mailboxes = find(
    "mboxes",
    ["id", "uid", "name", "sub", "uidnext", "uidvalidity", "specialuse"],
    "uid = ? ORDER BY name LIMIT 1000",
  );
  const messages = find(
    "msgs",
    ["mboxId", "msgId", "date", "extBodyKey", "seen"],
    `mboxId = ? ORDER BY msgId LIMIT ${MAX_MESSAGES}`,
  );
  const flags = find(
    "flags",
    ["mboxId", "msgId", "flag"],
    `mboxId = ? LIMIT ${10 * MAX_MESSAGES}`,
  );
  return user && mailboxes && messages && flags
    ? { user, mailboxes, messages, flags }
    : undefined;
}

interface Flags {
  bits: number;
  readonly keywords: string[];
}

function flagsOf(rows: readonly Row[]): ReadonlyMap<number, Flags> {
  const found = new Map<number, Flags>();
  for (const row of rows) {
    const uid = numberIn(row, "msgId");
    const flag = textIn(row, "flag");
    if (uid === undefined || flag === undefined) continue;
    const flags = found.get(uid) ?? { bits: 0, keywords: [] };
    found.set(uid, flags);
    const bit = FLAGS[flag.toLowerCase()];
    if (bit !== undefined) flags.bits |= bit;
    else if (/^[!#-'+-Z^-z|}~$]{1,100}$/.test(flag)) flags.keywords.push(flag);
  }
  return found;
}

interface MailboxRows {
  readonly root: string;
  readonly messages: readonly Row[];
  readonly flags: ReadonlyMap<number, Flags>;
  readonly tell: (problem: string) => void;
}

async function mailboxOf(
  row: Row,
  name: string,
  { root, messages, flags, tell }: MailboxRows,
): Promise<ForeignMailbox> {
  const found: ForeignMessage[] = [];
  for (const message of messages) {
    const uid = numberIn(message, "msgId");
    const key = textIn(message, "extBodyKey");
    if (uid === undefined || uid === 0) continue;
    if (key === undefined || !KEY.test(key)) {
      tell(`Message ${uid} of mailbox ${name} has no file`);
      continue;
    }
    const file = await plainFile(join(root, key));
    const { bits = 0, keywords = [] } = flags.get(uid) ?? {};
    found.push({
      uid,
      name: key,
      internalDate: numberIn(message, "date") ?? file?.seconds ?? 0,
      flags: bits | (numberIn(message, "seen") ? SEEN : 0),
      keywords,
      sizeOctets: file?.sizeOctets ?? 0,
      octets: () => file ? plainOctets(file) : missing(),
    });
  }
  const use = textIn(row, "specialuse") ?? "";
  const uidValidity = numberIn(row, "uidvalidity");
  const uidNext = numberIn(row, "uidnext");
  return {
    name: name.toUpperCase() === "INBOX" ? "INBOX" : name,
    subscribed: row.sub !== 0,
    ...(SPECIAL_USES.has(use) ? { specialUse: use as SpecialUse } : {}),
    ...(uidValidity === undefined ? {} : { uidValidity }),
    ...(uidNext === undefined ? {} : { uidNext }),
    messages: found,
  };
}

// deno-lint-ignore require-yield
async function* missing(): AsyncGenerator<Uint8Array> {
  throw new UnreadableMessage("its file is not there");
}
