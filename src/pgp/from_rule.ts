/**
 * Who wrote a message, by its header, and whether they may say so.
 *
 * @module
 */
import {
  type Address,
  findAddress,
  lowerCaseAscii,
  parseDomain,
} from "../mail/address.ts";
import { type HeaderMailbox, parseMailboxes } from "../mail/address_list.ts";
import type { Header, HeaderField } from "../mail/header.ts";
import type { GateFacts, GateOptions, GateRefusal } from "./verdict.ts";

/** Fields that name somebody beside From; a client of ours sends them with its own address or not at all. */
const OTHER_AUTHORS = ["sender", "resent-from", "resent-sender"];

/** Of a field that names people, in octets: as much as one line (RFC 5322 §2.1.1), and as can be read at once. */
const MAX_AUTHORS_OCTETS = 998;

/** The mailboxes of the only From field (RFC 5322 §3.6.2); empty if there is none that is clear. */
export function authorsOf(header: Header): HeaderMailbox[] {
  const [field, ...more] = header.all("from");
  if (!field || more.length > 0) return [];
  return mailboxesIn(header, field);
}

/** The author of a message that has exactly one. */
export function onlyAuthor(header: Header): HeaderMailbox | undefined {
  const [author, ...more] = authorsOf(header);
  return more.length > 0 ? undefined : author;
}

/** Why the header's authors are not acceptable; undefined if they are. */
export function authorRefusal(
  header: Header,
  facts: GateFacts,
  options: Pick<GateOptions, "fold" | "isLocal">,
): GateRefusal | undefined {
  const from = header.all("from");
  const named = [...from, ...othersIn(header)];
  if (named.some(({ start, end }) => end - start > MAX_AUTHORS_OCTETS)) {
    return "author_too_long";
  }
  if (from.length > 1) return "from_repeated";
  switch (facts.profile) {
    case "append":
      return undefined;
    case "in":
      return strangerRefusal(header, options.isLocal);
    case "out":
      return accountRefusal(header, facts.account, options.fold);
  }
}

/** An account of ours writes in its own name, spelled as it is. */
function accountRefusal(
  header: Header,
  account: Address,
  fold: GateOptions["fold"],
): GateRefusal | undefined {
  if (!header.first("from")) return "from_missing";
  const [author, ...more] = authorsOf(header);
  if (!author) return "from_unreadable";
  if (more.length > 0) return "from_several";
  const isAccount = (mailbox: HeaderMailbox) =>
    spelledAddress(mailbox, fold) === account;
  if (!isAccount(author)) return "from_mismatch";
  for (const field of othersIn(header)) {
    const [other, ...rest] = mailboxesIn(header, field);
    if (!other) return "sender_unreadable";
    if (rest.length > 0 || !isAccount(other)) return "sender_mismatch";
  }
  return undefined;
}

/** Who has not logged in writes in nobody's name who could have. */
function strangerRefusal(
  header: Header,
  isLocal: GateOptions["isLocal"],
): GateRefusal | undefined {
  if (!header.first("from")) return "from_missing";
  const authors = authorsOf(header).map(canonicalDomain);
  if (authors.length === 0 || authors.includes(undefined)) {
    return "from_unreadable";
  }
  const others = othersIn(header).flatMap((field) => {
    const mailboxes = mailboxesIn(header, field);
    return mailboxes.length === 0
      ? [undefined]
      : mailboxes.map(canonicalDomain);
  });
  if (others.includes(undefined)) return "sender_unreadable";
  return [...authors, ...others].some((domain) => isLocal(domain ?? ""))
    ? "local_sender_unauthenticated"
    : undefined;
}

function othersIn(header: Header): HeaderField[] {
  return OTHER_AUTHORS.flatMap((name) => header.all(name));
}

function canonicalDomain({ domain }: HeaderMailbox): string | undefined {
  try {
    return parseDomain(domain);
  } catch {
    return undefined;
  }
}

/** The address, unless it is written in another way than by the case of ASCII letters. */
function spelledAddress(
  { written }: HeaderMailbox,
  fold: GateOptions["fold"],
): Address | undefined {
  const address = findAddress(written);
  const isPlain = address !== undefined &&
    lowerCaseAscii(address) === lowerCaseAscii(written);
  return isPlain ? fold(address) : undefined;
}

function mailboxesIn(header: Header, field: HeaderField): HeaderMailbox[] {
  try {
    return parseMailboxes(header.text(field));
  } catch {
    return [];
  }
}
