/** Accounts of a madmail with their mail, wherever its version keeps it. @module */
import { join } from "node:path";
import { SEEN } from "../../../../mail/mailbox.ts";
import type { ForeignAccount, ForeignMailbox } from "../foreign_relay.ts";
import {
  isDirectory,
  type MaildirOptions,
  readMaildir,
} from "../maildir_reader.ts";
import {
  type MadmailDatabase,
  momentIn,
  numberIn,
  type Row,
  textIn,
} from "./madmail_database.ts";
import { storedMailboxes } from "./stored_mail.ts";

const MAILDIR: MaildirOptions = {
  uidList: "chatmail-uidlist",
  flagsInCur: SEEN,
};
const TOKEN_SECONDS = 90 * 86_400; // as long as madmail keeps them itself
const MAX_TOKENS = 100;
/** Rows of this form are settings. */
const SETTING = /^__.*__$/;

/** By name. */
export async function* madmailAccounts(
  stateDir: string,
  database: MadmailDatabase,
  nowSeconds: number,
): AsyncGenerator<ForeignAccount> {
  const quotas = quotaRows(database);
  const tokens = tokenRows(database, nowSeconds);
  const maildirs = join(stateDir, "mail");
  const hasMaildirs = await isDirectory(maildirs);
  const stored = hasMaildirs ? undefined : storedMailboxes(stateDir, database);
  for (const { username, hash, createdAt } of passwordRows(database)) {
    yield {
      entry: {
        username,
        hash,
        ...(createdAt === undefined ? {} : { created_at: createdAt }),
        ...quotas(username),
      },
      pushTokens: tokens(username),
      mailboxes: (tell) =>
        stored ? stored(username, tell) : mailboxesIn(
          // as madmail makes a directory of a name
          join(maildirs, username.replaceAll(/[/\\]/g, "_")),
          tell,
        ),
    };
  }
}

interface PasswordRow {
  readonly username: string;
  readonly hash: string;
  readonly createdAt: number | undefined;
}

/** Of both layouts: version 1 and those that came from it have keys and values. */
function* passwordRows(database: MadmailDatabase): Generator<PasswordRow> {
  const names = ["passwords"];
  const younger = { names, columns: ["username", "hash", "created_at"] };
  const older = { names, columns: ["key", "value"] };
  const wanted = database.table(younger) ? younger : older;
  const [key = "", value = ""] = wanted.columns;
  for (const row of database.table(wanted)?.rows(wanted.columns, key) ?? []) {
    const username = textIn(row, key);
    const hash = textIn(row, value);
    if (username === undefined || SETTING.test(username)) continue;
    yield {
      username,
      hash: hash ?? "",
      createdAt: momentIn(row, "created_at"),
    };
  }
}

/** 1 as the first login means that there was none; import_entry.ts knows. */
function quotaRows(database: MadmailDatabase): (username: string) => Row {
  const columns = [
    "username",
    "max_storage",
    "created_at",
    "first_login_at",
    "last_login_at",
  ];
  const find = database.table({ names: ["quota", "quotas"], columns })
    ?.where(columns, "username = ? LIMIT 1");
  return (username) => {
    const [row = {}] = find?.(username) ?? [];
    const found = {
      quota_bytes: numberIn(row, "max_storage") || undefined,
      created_at: momentIn(row, "created_at") || undefined,
      first_login_at: momentIn(row, "first_login_at"),
      last_login_at: momentIn(row, "last_login_at"),
    };
    return Object.fromEntries(
      Object.entries(found).filter(([, value]) => value !== undefined),
    );
  };
}

function tokenRows(
  database: MadmailDatabase,
  nowSeconds: number,
): (username: string) => string[] {
  const columns = ["username", "device_token", "updated_at"];
  const find = database.table({ names: ["push_tokens"], columns })
    ?.where(columns, `username = ? ORDER BY updated_at LIMIT ${MAX_TOKENS}`);
  return (username) =>
    (find?.(username) ?? []).flatMap((row) => {
      const token = textIn(row, "device_token");
      const at = momentIn(row, "updated_at") ?? 0;
      return token && at > nowSeconds - TOKEN_SECONDS ? [token] : [];
    });
}

async function* mailboxesIn(
  home: string,
  tell: (problem: string) => void,
): AsyncGenerator<ForeignMailbox> {
  const inbox = join(home, "Maildir");
  if (await isDirectory(inbox)) {
    yield {
      ...await readMaildir(inbox, MAILDIR, tell),
      name: "INBOX",
      subscribed: true,
    };
  }
  const folders = join(home, "folders");
  if (!await isDirectory(folders)) return;
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folders)) {
    if (isDirectory) names.push(name);
  }
  for (const name of names.sort()) {
    const directory = join(folders, name, "Maildir");
    if (!await isDirectory(directory)) continue;
    const content = await readMaildir(directory, MAILDIR, tell);
    yield { ...content, name, subscribed: true };
  }
}
