/**
 * One Maildir: the files of `cur/` and `new/` with the UIDs of its list. What is
 * no plain file is left out, links too: they may lead anywhere.
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
} from "../../../mail/mailbox.ts";
import { type ForeignMessage, UnreadableMessage } from "./foreign_relay.ts";
import { MAX_MESSAGE_OCTETS } from "./message_text.ts";
import { baseName, NO_UIDS, parseUidList, type UidList } from "./uid_list.ts";

const MAX_FILES = 1_000_000;
const MAX_LIST_OCTETS = 256 * 1024 * 1024;
const MAX_SMALL_OCTETS = 1024 * 1024;
const READ_OCTETS = 64 * 1024;
const LETTERS: Readonly<Record<string, number>> = {
  D: DRAFT,
  F: FLAGGED,
  R: ANSWERED,
  S: SEEN,
  T: DELETED,
};

export interface MaildirOptions {
  /** Name of the list of UIDs. */
  readonly uidList: string;
  /** What a message in `cur/` has whatever its name says. */
  readonly flagsInCur: number;
}

export const DOVECOT: MaildirOptions = {
  uidList: "dovecot-uidlist",
  flagsInCur: 0,
};

export interface MaildirContent extends Omit<UidList, "uids"> {
  readonly messages: readonly ForeignMessage[];
}

export async function readMaildir(
  directory: string,
  { uidList, flagsInCur }: MaildirOptions,
  tell: (problem: string) => void,
): Promise<MaildirContent> {
  const list = await readUidList(join(directory, uidList), tell);
  const keywords = parseKeywords(
    await smallText(join(directory, "dovecot-keywords")) ?? "",
  );
  const messages: ForeignMessage[] = [];
  for (const part of ["cur", "new"]) {
    const given = part === "cur" ? flagsInCur : 0;
    for await (const file of plainFiles(join(directory, part))) {
      if (messages.length >= MAX_FILES) {
        tell(`${directory} has more than ${MAX_FILES} messages`);
        return { ...list, messages: inOrder(messages) };
      }
      const uid = list.uids.get(baseName(file.name));
      messages.push({
        ...(uid === undefined ? {} : { uid }),
        name: baseName(file.name),
        internalDate: file.seconds,
        flags: flagsOf(file.name) | given,
        keywords: keywordsOf(file.name, keywords),
        sizeOctets: file.sizeOctets,
        octets: () => plainOctets(file),
      });
    }
  }
  return { ...list, messages: inOrder(messages) };
}

/** Undefined if it is not there, no plain file, or too large to be what it should. */
export async function smallText(path: string): Promise<string | undefined> {
  const found = await plainFile(path);
  if (!found || found.sizeOctets > MAX_SMALL_OCTETS) return undefined;
  return await Deno.readTextFile(path);
}

export async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await Deno.lstat(path)).isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

async function readUidList(
  path: string,
  tell: (problem: string) => void,
): Promise<UidList> {
  const found = await plainFile(path);
  if (!found) return NO_UIDS;
  const list = found.sizeOctets > MAX_LIST_OCTETS
    ? NO_UIDS
    : parseUidList(await Deno.readTextFile(path));
  if (list === NO_UIDS) tell(`${path} cannot be read: UIDs are not kept`);
  return list;
}

export interface PlainFile {
  readonly path: string;
  readonly sizeOctets: number;
  readonly seconds: number;
  readonly inode: number | null;
}

async function* plainFiles(
  directory: string,
): AsyncGenerator<PlainFile & { readonly name: string }> {
  if (!await isDirectory(directory)) return;
  for await (const { name, isFile } of Deno.readDir(directory)) {
    if (!isFile || name.startsWith(".")) continue;
    const found = await plainFile(join(directory, name));
    if (found) yield { ...found, name };
  }
}

/** Undefined if it is not there, or something else, as a link is. */
export async function plainFile(
  path: string,
): Promise<PlainFile | undefined> {
  try {
    const { isFile, size, mtime, ino } = await Deno.lstat(path);
    if (!isFile) return undefined;
    const seconds = Math.max(Math.floor((mtime?.getTime() ?? 0) / 1000), 0);
    return { path, sizeOctets: size, seconds, inode: ino };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** @throws {UnreadableMessage} */
export async function* plainOctets(
  found: PlainFile,
): AsyncGenerator<Uint8Array> {
  if (found.sizeOctets > MAX_MESSAGE_OCTETS) {
    throw new UnreadableMessage("it is too large");
  }
  using file = await openPlain(found);
  for (;;) {
    const piece = new Uint8Array(READ_OCTETS);
    const count = await file.read(piece);
    if (count === null) return;
    yield piece.subarray(0, count);
  }
}

/** What was listed, and not what a link that has come since leads to. */
async function openPlain(
  { path, inode }: PlainFile,
): Promise<Deno.FsFile> {
  try {
    const file = await Deno.open(path);
    if ((await file.stat()).ino === inode) return file;
    file.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  throw new UnreadableMessage("it has changed meanwhile");
}

function inOrder(messages: ForeignMessage[]): ForeignMessage[] {
  return messages.sort((a, b) =>
    (a.uid ?? Infinity) - (b.uid ?? Infinity) ||
    a.internalDate - b.internalDate || (a.name < b.name ? -1 : 1)
  );
}

/** `…:2,FS` */
function lettersOf(file: string): string {
  const at = file.lastIndexOf(":2,");
  return at < 0 ? "" : file.slice(at + 3);
}

function flagsOf(file: string): number {
  let flags = 0;
  for (const letter of lettersOf(file)) flags |= LETTERS[letter] ?? 0;
  return flags;
}

/** Lines of a number and a keyword; the number stands for a small letter in names of files. */
function parseKeywords(text: string): ReadonlyMap<string, string> {
  const keywords = new Map<string, string>();
  for (const line of text.split("\n", 64)) {
    const [, number, name] =
      /^(\d{1,2}) ([!#-'+-Z^-z|}~$]{1,100})$/.exec(line) ??
        [];
    if (number === undefined || name === undefined) continue;
    keywords.set(String.fromCharCode(0x61 + Number(number)), name);
  }
  return keywords;
}

function keywordsOf(
  file: string,
  names: ReadonlyMap<string, string>,
): string[] {
  const found = new Set<string>();
  for (const letter of lettersOf(file)) {
    const name = names.get(letter);
    if (name !== undefined) found.add(name);
  }
  return [...found];
}
