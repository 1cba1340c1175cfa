/**
 * A chatmail/relay as cmdeploy sets it up: below its mail directory one
 * directory for each account, which is a Maildir with `.Name` for each mailbox
 * beside INBOX, and has `password` and `metadata.json` too.
 *
 * @module
 */
import { join } from "node:path";
import { decodeMutf7 } from "../../../imap/proto/mutf7.ts";
import type { SpecialUse } from "../../../mail/mailbox.ts";
import { readRelayAccount } from "../relay_tree.ts";
import type { ForeignAccount, ForeignMailbox } from "./foreign_relay.ts";
import {
  DOVECOT,
  isDirectory,
  readMaildir,
  smallText,
} from "./maildir_reader.ts";

const SPECIAL_USES: Readonly<Record<string, SpecialUse>> = {
  Drafts: "\\Drafts",
  Junk: "\\Junk",
  Sent: "\\Sent",
  "Sent Messages": "\\Sent",
  Trash: "\\Trash",
};
const MAX_TOKENS = 100;
const MAX_TOKEN_LENGTH = 4096;
const TOKEN_SECONDS = 90 * 86_400; // as long as chatmail/relay keeps them itself

/** In the order of their names. */
export async function* relayMailAccounts(
  directory: string,
  nowSeconds: number,
): AsyncGenerator<ForeignAccount> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (isDirectory && name.includes("@")) names.push(name);
  }
  for (const name of names.sort()) {
    const home = join(directory, name);
    const entry = await readRelayAccount(home);
    if (!entry) continue;
    const metadata = await smallText(join(home, "metadata.json"));
    yield {
      entry: { username: name, ...entry },
      pushTokens: pushTokens(metadata, nowSeconds),
      mailboxes: (tell) => mailboxesIn(home, tell),
    };
  }
}

async function* mailboxesIn(
  home: string,
  tell: (problem: string) => void,
): AsyncGenerator<ForeignMailbox> {
  const subscribed = subscriptions(
    await smallText(join(home, "subscriptions")),
  );
  if (
    await isDirectory(join(home, "cur")) || await isDirectory(join(home, "new"))
  ) {
    const inbox = await readMaildir(home, DOVECOT, tell);
    yield { ...inbox, name: "INBOX", subscribed: true };
  }
  for (const directory of await directoriesIn(home)) {
    const name = nameOf(directory);
    const path = join(home, directory);
    if (name === undefined) {
      tell(`${path}: no mailbox can have this name`);
      continue;
    }
    const specialUse = SPECIAL_USES[name];
    yield {
      ...await readMaildir(path, DOVECOT, tell),
      name,
      subscribed: subscribed.has(directory.slice(1)),
      ...(specialUse === undefined ? {} : { specialUse }),
    };
  }
}

async function directoriesIn(home: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(home)) {
    if (isDirectory && name.startsWith(".")) names.push(name);
  }
  return names.sort();
}

/** `.A.B` is B in A, both in modified UTF-7 (RFC 3501 §5.1.3). */
function nameOf(directory: string): string | undefined {
  try {
    return directory.slice(1).split(".").map((level) => {
      const name = decodeMutf7(level);
      if (name.includes("/")) throw new SyntaxError("/ in a name");
      return name;
    }).join("/");
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** One name a line, after a line of version and an empty one in the younger form. */
function subscriptions(text = ""): ReadonlySet<string> {
  const names = text.split("\n")
    .map((line) => line.replaceAll("\t", "."));
  return new Set(names);
}

/** `{"devicetoken": {TOKEN: SECONDS}}`, or a list in older ones. */
function pushTokens(text: string | undefined, nowSeconds: number): string[] {
  const found = parseJson(text ?? "{}");
  const tokens = isRecord(found) ? found.devicetoken : undefined;
  const named: [string, unknown][] = Array.isArray(tokens)
    ? tokens.map((token) => [String(token), nowSeconds])
    : isRecord(tokens)
    ? Object.entries(tokens)
    : [];
  return named
    .filter(([token, seconds]) =>
      token !== "" && token.length <= MAX_TOKEN_LENGTH &&
      typeof seconds === "number" && seconds > nowSeconds - TOKEN_SECONDS
    )
    .sort(([, a], [, b]) => Number(a) - Number(b))
    .map(([token]) => token).slice(-MAX_TOKENS);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // written by nobody who may be asked
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
