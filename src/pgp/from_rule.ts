/**
 * Who wrote a message, by its header, and whether they may say so.
 *
 * @module
 */
import { type Address, findAddress } from "../mail/address.ts";
import { type HeaderMailbox, parseMailboxes } from "../mail/address_list.ts";
import type { Header } from "../mail/header.ts";
import type { GateFacts, GateOptions, GateRefusal } from "./verdict.ts";

/** Fields that name somebody beside From; a client of ours sends them with its own address or not at all. */
const OTHER_AUTHORS = ["sender", "resent-from", "resent-sender"];

/** The mailboxes of the only From field (RFC 5322 §3.6.2); empty if there is none that is clear. */
export function authorsOf(header: Header): HeaderMailbox[] {
  const [field, ...more] = header.all("from");
  if (!field || more.length > 0) return [];
  return mailboxesIn(header.text(field));
}

/** Why the header's authors are not acceptable; undefined if they are. */
export function authorRefusal(
  header: Header,
  facts: GateFacts,
  fold: GateOptions["fold"],
): GateRefusal | undefined {
  if (facts.profile === "append") {
    return header.all("from").length > 1 ? "header_malformed" : undefined;
  }
  const authors = authorsOf(header);
  const [author, ...more] = authors;
  if (!author) return "from_missing";
  if (facts.profile === "in") return undefined;
  if (more.length > 0) return "from_missing";
  const isAccount = (mailbox: HeaderMailbox) =>
    addressOf(mailbox, fold) === facts.account;
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
