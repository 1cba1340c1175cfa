/**
 * Who wrote a message, by its header, and whether they may say so.
 *
 * @module
 */
import { type Address, findAddress, parseDomain } from "../mail/address.ts";
import { type HeaderMailbox, parseMailboxes } from "../mail/address_list.ts";
import type { Header } from "../mail/header.ts";
import type { GateFacts, GateOptions, GateRefusal } from "./verdict.ts";

/** Fields that name somebody beside From; a client of ours sends them with its own address or not at all. */
const OTHER_AUTHORS = ["sender", "resent-from", "resent-sender"];

/** Of a field that names people, in octets: as much as one line (RFC 5322 §2.1.1), and as can be read at once. */
const MAX_AUTHORS_OCTETS = 998;

/** The mailboxes of the only From field (RFC 5322 §3.6.2); empty if there is none that is clear. */
export function authorsOf(header: Header): HeaderMailbox[] {
  const [field, ...more] = header.all("from");
  if (!field || more.length > 0) return [];
  return mailboxesIn(header.text(field));
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
  const named = ["from", ...OTHER_AUTHORS].flatMap((name) => header.all(name));
  if (named.some(({ start, end }) => end - start > MAX_AUTHORS_OCTETS)) {
    return "header_too_large";
  }
  switch (facts.profile) {
    case "append":
      return header.all("from").length > 1 ? "header_malformed" : undefined;
    case "in":
      return strangerRefusal(header, options.isLocal);
    case "out":
      return accountRefusal(header, facts.account, options.fold);
  }
}

/** An account of ours writes in its own name. */
function accountRefusal(
  header: Header,
  account: Address,
  fold: GateOptions["fold"],
): GateRefusal | undefined {
  const [author, ...more] = authorsOf(header);
  if (!author || more.length > 0) return "from_missing";
  const isAccount = (mailbox: HeaderMailbox) =>
    addressOf(mailbox, fold) === account;
  if (!isAccount(author)) return "from_mismatch";
  for (const name of OTHER_AUTHORS) {
    for (const field of header.all(name)) {
      const [other, ...rest] = mailboxesIn(header.text(field));
      if (!other || rest.length > 0 || !isAccount(other)) {
        return "from_mismatch";
      }
    }
  }
  return undefined;
}

/** Who has not logged in writes in nobody's name who could have. */
function strangerRefusal(
  header: Header,
  isLocal: GateOptions["isLocal"],
): GateRefusal | undefined {
  const authors = authorsOf(header);
  if (authors.length === 0) return "from_missing";
  const others = OTHER_AUTHORS.flatMap((name) => header.all(name))
    .map((field) => mailboxesIn(header.text(field)));
  if (others.some((mailboxes) => mailboxes.length === 0)) {
    return "header_malformed";
  }
  const domains = [...authors, ...others.flat()].map(canonicalDomain);
  if (domains.includes(undefined)) return "header_malformed";
  return domains.some((domain) => domain !== undefined && isLocal(domain))
    ? "local_sender_unauthenticated"
    : undefined;
}

function canonicalDomain({ domain }: HeaderMailbox): string | undefined {
  try {
    return parseDomain(domain);
  } catch {
    return undefined;
  }
}

function addressOf(
  mailbox: HeaderMailbox,
  fold: GateOptions["fold"],
): Address | undefined {
  const address = findAddress(`${mailbox.localPart}@${mailbox.domain}`);
  return address && fold(address);
}

function mailboxesIn(text: string): HeaderMailbox[] {
  try {
    return parseMailboxes(text);
  } catch {
    return [];
  }
}
