/** Mailboxes and messages as clients of mail over HTTP see them. @module */
import { formatFlags } from "../../imap/proto/flags.ts";
import { type ImapAddress, MISSING_DOMAIN } from "../../mail/address_list.ts";
import { parseMailDate } from "../../mail/date.ts";
import { readEnvelope } from "../../mail/envelope.ts";
import { parseHeader } from "../../mail/header.ts";
import type { Mailbox, MessageRow } from "../../mail/mailbox.ts";
import { isNameOnly } from "../../mail/mailbox_name.ts";
import { decodeWords } from "../../mail/reading/encoded_words.ts";

export interface MailboxInfo {
  readonly name: string;
  readonly attributes?: readonly string[];
  readonly messages: number;
  readonly unseen: number;
  readonly uidvalidity: number;
  readonly uidnext: number;
}

interface AddressInfo {
  readonly name?: string;
  readonly mailbox: string;
  readonly host: string;
}

export interface EnvelopeInfo {
  /** RFC 3339, empty if the message has none. */
  readonly date: string;
  readonly subject: string;
  readonly from?: readonly AddressInfo[];
  readonly to?: readonly AddressInfo[];
  readonly cc?: readonly AddressInfo[];
  readonly message_id?: string;
  readonly in_reply_to?: string;
}

export interface MessageSummary {
  readonly uid: number;
  readonly seq_num: number;
  readonly flags: readonly string[];
  readonly size: number;
  readonly date: string;
  readonly internal_date: string;
  readonly envelope: EnvelopeInfo;
}

/** By name, without those of which nothing is left but the name. */
export function mailboxInfos(all: readonly Mailbox[]): MailboxInfo[] {
  return all.filter((one) => !isNameOnly(one, all))
    .map((one) => mailboxInfo(one, all))
    .sort((a, b) => a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
}

/** @param all to know which have others below them */
function mailboxInfo(
  mailbox: Mailbox,
  all: readonly Mailbox[],
): MailboxInfo {
  const { name, selectable, specialUse, uidValidity, uidNext } = mailbox;
  const hasChildren = all.some((other) => other.name.startsWith(`${name}/`));
  return {
    name,
    attributes: [
      ...(selectable ? [] : ["\\Noselect"]),
      hasChildren ? "\\HasChildren" : "\\HasNoChildren",
      ...(specialUse ? [specialUse] : []),
    ],
    messages: mailbox.exists,
    unseen: mailbox.unseen,
    uidvalidity: uidValidity,
    uidnext: uidNext,
  };
}

/** @param header of the message, with its closing empty line */
export function messageSummary(
  row: MessageRow,
  sequenceNumber: number,
  { header, keywords }: {
    readonly header: Uint8Array;
    /** Names of the bits. */
    readonly keywords: readonly string[];
  },
): MessageSummary {
  const internalDate = rfc3339(row.internalDate);
  const envelope = envelopeInfo(header);
  return {
    uid: row.uid,
    seq_num: sequenceNumber,
    flags: flagNames(row, keywords),
    size: row.sizeOctets,
    date: envelope.date || internalDate,
    internal_date: internalDate,
    envelope,
  };
}

export function flagNames(
  { flags, keywords }: Pick<MessageRow, "flags" | "keywords">,
  names: readonly string[],
): string[] {
  return formatFlags(flags, keywords, names).slice(1, -1).split(" ")
    .filter((name) => name !== "");
}

function envelopeInfo(header: Uint8Array): EnvelopeInfo {
  const { date, subject, from, to, cc, messageId, inReplyTo } = readEnvelope(
    parseHeader(header),
  );
  return {
    date: dateInfo(date),
    subject: decodeWords(subject ?? ""),
    ...addresses("from", from),
    ...addresses("to", to),
    ...addresses("cc", cc),
    ...id("message_id", messageId),
    ...id("in_reply_to", inReplyTo),
  };
}

function dateInfo(text: string | undefined): string {
  if (text === undefined) return "";
  try {
    return rfc3339(parseMailDate(text).seconds);
  } catch {
    return "";
  }
}

/** To the second, as dates of mail are; what no year of four digits has is empty. */
function rfc3339(seconds: number): string {
  const text = new Date(1000 * seconds).toISOString();
  return /^\d{4}-/.test(text) ? text.replace(/\.\d+Z$/, "Z") : "";
}

function addresses<K extends string>(
  key: K,
  list: readonly ImapAddress[],
): { readonly [key in K]?: AddressInfo[] } {
  const shown = list.flatMap((one): AddressInfo[] => {
    if (one.kind !== "mailbox" || one.domain === MISSING_DOMAIN) return [];
    const name = decodeWords(one.name ?? "");
    return [{
      ...(name === "" ? {} : { name }),
      mailbox: one.localPart,
      host: one.domain,
    }];
  });
  return shown.length === 0
    ? {}
    : { [key]: shown } as { [key in K]: AddressInfo[] };
}

function id<K extends string>(
  key: K,
  text: string | undefined,
): { readonly [key in K]?: string } {
  const bare = (text ?? "").trim().replace(/^<([^<>]*)>$/, "$1");
  return bare === "" ? {} : { [key]: bare } as { [key in K]: string };
}
