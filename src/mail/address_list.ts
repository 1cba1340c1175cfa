/**
 * Address lists of header fields (RFC 5322 §3.4).
 *
 * `parseMailboxes` decides who wrote a message, so all that two readers could
 * understand differently is an error. `readAddresses` shows what is there.
 *
 * @module
 */
import { FieldScanner } from "./field_scanner.ts";

/** A mailbox, or a mark at one end of a group (RFC 3501 §7.4.2). */
export type ImapAddress =
  | {
    readonly kind: "mailbox";
    readonly name?: string;
    /** Source route of obsolete syntax (RFC 5322 §4.4). */
    readonly route?: string;
    readonly localPart: string;
    readonly domain: string;
  }
  | { readonly kind: "group_start"; readonly name: string }
  | { readonly kind: "group_end" };

/** One mailbox: quoting removed, nothing canonicalised. */
export interface HeaderMailbox {
  readonly name?: string;
  /** The address as it was written, with quotes, blanks and comments inside it. */
  readonly written: string;
  readonly localPart: string;
  readonly domain: string;
}

const MAX_ADDRESSES = 2000;
/** Stands where an address has no domain: NIL would say that it is a group (RFC 3501 §7.4.2). */
export const MISSING_DOMAIN = "MISSING_DOMAIN";

/**
 * The mailboxes of a From or Sender field, at least one (RFC 5322 §3.6.2).
 *
 * @param text Unfolded.
 * @throws {SyntaxError} on any fault, a group, a source route or a comment with an address in it
 */
export function parseMailboxes(text: string): HeaderMailbox[] {
  const scanner = new FieldScanner(text);
  const found: HeaderMailbox[] = [];
  do {
    if (found.length === MAX_ADDRESSES) throw new SyntaxError("Too many");
    found.push(mailbox(scanner));
    scanner.skip();
  } while (scanner.take(","));
  if (!scanner.atEnd()) throw new SyntaxError("Expected a comma");
  if (/[<>@]/.test(scanner.comments.join(""))) {
    throw new SyntaxError("A comment looks like an address");
  }
  return found;
}

/** The addresses and groups of a field, as far as they make sense. Never throws. @param text Unfolded. */
export function readAddresses(text: string): ImapAddress[] {
  const scanner = new FieldScanner(text);
  const found: ImapAddress[] = [];
  let inGroup = false;
  for (let tries = 0; tries < MAX_ADDRESSES; tries++) {
    try {
      if (scanner.atEnd()) break;
      if (scanner.take(",")) continue;
      if (scanner.take(";")) {
        if (inGroup) found.push({ kind: "group_end" });
        inGroup = false;
        continue;
      }
      const entry = lenientEntry(scanner);
      if (entry.kind === "group_start" && inGroup) {
        found.push({ kind: "group_end" });
      }
      inGroup ||= entry.kind === "group_start";
      found.push(entry);
    } catch {
      scanner.skipTo(",");
    }
  }
  if (inGroup) found.push({ kind: "group_end" });
  return found;
}

/** Words and dots that may become a display name or a local part. */
interface Words {
  /** With a blank between two words. */
  readonly phrase: string;
  /** Without; undefined if it is no local part (RFC 5322 §3.4.1). */
  readonly localPart?: string;
}

function readWords(scanner: FieldScanner): Words {
  let phrase = "";
  let joined = "";
  let quotedWords = 0;
  let words = 0;
  let gap = false; // two words without a dot between them
  let afterDot = true;
  for (;;) {
    const next = scanner.peek();
    if (next === "" || "<>@,:;[]()\\".includes(next)) break;
    if (scanner.take(".")) {
      gap ||= afterDot; // an empty word
      afterDot = true;
      phrase += ".";
      joined += ".";
      continue;
    }
    const word = next === '"' ? scanner.quoted() : scanner.atom();
    gap ||= words > 0 && !afterDot;
    phrase += phrase === "" || scanner.touchesPrevious ? word : ` ${word}`;
    joined += word;
    if (next === '"') quotedWords++;
    words++;
    afterDot = false;
  }
  const isLocalPart = words > 0 && !gap && !afterDot &&
    (quotedWords === 0 || words === 1);
  return isLocalPart ? { phrase, localPart: joined } : { phrase };
}

function mailbox(scanner: FieldScanner): HeaderMailbox {
  scanner.skip();
  const start = scanner.position;
  const { phrase, localPart } = readWords(scanner);
  if (scanner.take("<")) {
    const insideStart = scanner.position;
    const inner = readWords(scanner).localPart;
    if (inner === undefined) throw new SyntaxError("Expected a local part");
    scanner.expect("@");
    const domain = readDomain(scanner);
    scanner.expect(">");
    const written = scanner.since(insideStart).slice(0, -1);
    return {
      ...(phrase && { name: phrase }),
      written,
      localPart: inner,
      domain,
    };
  }
  if (localPart === undefined) throw new SyntaxError("Expected a mailbox");
  scanner.expect("@");
  const domain = readDomain(scanner);
  return { written: scanner.since(start), localPart, domain };
}

function readDomain(scanner: FieldScanner): string {
  if (scanner.peek() === "[") return scanner.literal();
  let domain = scanner.atom();
  while (scanner.take(".")) domain += `.${scanner.atom()}`;
  return domain;
}

function lenientEntry(scanner: FieldScanner): ImapAddress {
  const before = scanner.comments.length;
  const words = readWords(scanner);
  if (scanner.take(":")) return { kind: "group_start", name: words.phrase };
  if (scanner.take("<")) return angleAddress(scanner, words.phrase);
  const localPart = words.localPart ?? words.phrase;
  if (localPart === "") throw new SyntaxError("Expected an address");
  const domain = scanner.take("@") ? readDomain(scanner) : MISSING_DOMAIN;
  scanner.skip();
  const name = scanner.comments.slice(before).at(-1);
  return { kind: "mailbox", ...(name ? { name } : {}), localPart, domain };
}

function angleAddress(scanner: FieldScanner, name: string): ImapAddress {
  let route = "";
  if (scanner.peek() === "@") {
    while (scanner.take("@")) {
      route += `${route ? "," : ""}@${readDomain(scanner)}`;
      scanner.take(",");
    }
    scanner.expect(":");
  }
  const words = readWords(scanner);
  const domain = scanner.take("@") ? readDomain(scanner) : MISSING_DOMAIN;
  scanner.expect(">");
  return {
    kind: "mailbox",
    ...(name ? { name } : {}),
    ...(route ? { route } : {}),
    localPart: words.localPart ?? words.phrase,
    domain,
  };
}
