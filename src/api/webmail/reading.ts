/** Messages of one account as values, read from the store a few at a time. @module */
import type { MailboxId, Uid } from "../../base/ids.ts";
import { countBelow } from "../../imap/proto/sequence_set.ts";
import type { AccountMail, ReadMessage } from "../../mail/account_mail.ts";
import type { Mailbox } from "../../mail/mailbox.ts";
import {
  MessageGone,
  MessageReader,
} from "../../mail/reading/message_reader.ts";
import { messageNotFound, unknownMailbox } from "./faults.ts";
import { type MessageSummary, messageSummary } from "./views.ts";

export const INBOX = "INBOX";
export const MAX_UID = 0xffff_ffff;
/** Headers that are read at once. */
const BATCH = 64;

/** INBOX in any case is INBOX (RFC 3501 §5.1). */
export function mailboxName(name: string): string {
  return name.toUpperCase() === INBOX ? INBOX : name;
}

/** @throws {WebmailFault} `unknown mailbox` */
export async function openMailbox(
  mail: AccountMail,
  name: string,
): Promise<Mailbox> {
  const mailbox = await mail.find(mailboxName(name));
  if (!mailbox?.selectable) throw unknownMailbox();
  return mailbox;
}

/** Those with a greater UID, ascending. */
export async function summariesAfter(
  mail: AccountMail,
  mailbox: Pick<Mailbox, "id" | "keywords">,
  uid: number,
  limit: number,
): Promise<MessageSummary[]> {
  const rows = await rowsAfter(mail, mailbox.id, uid, limit);
  return await summariesOf(mail, mailbox, rows);
}

/** @throws {WebmailFault} `message not found` */
export async function findMessage(
  mail: AccountMail,
  mailbox: MailboxId,
  uid: number,
): Promise<ReadMessage> {
  const range = { first: uid as Uid, last: uid as Uid };
  const [row] = uid > 0 ? await mail.messages(mailbox, range, 1, "header") : [];
  if (!row) throw messageNotFound();
  return row;
}

/** Messages that go meanwhile are left out. */
export async function summariesOf(
  mail: AccountMail,
  mailbox: Pick<Mailbox, "id" | "keywords">,
  rows: readonly ReadMessage[],
  firstPosition?: number,
): Promise<MessageSummary[]> {
  if (rows.length === 0) return [];
  const uids = firstPosition === undefined
    ? (await mail.snapshot(mailbox.id)).uids
    : undefined;
  const keywords = await keywordsOf(mail, mailbox, rows);
  const summaries: MessageSummary[] = [];
  for (const [index, row] of rows.entries()) {
    const position = uids
      ? countBelow(uids, row.uid) + 1
      : firstPosition! + index;
    try {
      const header = await new MessageReader(mail, mailbox.id, row).header();
      summaries.push(messageSummary(row, position, { header, keywords }));
    } catch (error) {
      if (!(error instanceof MessageGone)) throw error;
    }
  }
  return summaries;
}

/** The names of keywords that are set, of which some may be newer than the mailbox that was read. */
async function keywordsOf(
  mail: AccountMail,
  { id, keywords }: Pick<Mailbox, "id" | "keywords">,
  rows: readonly ReadMessage[],
): Promise<readonly string[]> {
  const used = rows.reduce((bits, row) => bits | row.keywords, 0);
  if (used >>> 0 < 2 ** keywords.length) return keywords;
  return (await mail.mailbox(id))?.keywords ?? keywords;
}

export async function rowsAfter(
  mail: AccountMail,
  mailbox: MailboxId,
  uid: number,
  limit: number,
): Promise<ReadMessage[]> {
  const rows: ReadMessage[] = [];
  let after = uid;
  while (rows.length < limit && after < MAX_UID) {
    const wanted = Math.min(BATCH, limit - rows.length);
    const some = await mail.messages(
      mailbox,
      { first: (after + 1) as Uid, last: MAX_UID as Uid },
      wanted,
      "header",
    );
    rows.push(...some);
    if (some.length < wanted) break;
    after = some.at(-1)!.uid;
  }
  return rows;
}

/** All octets of a message in pieces. @throws {WebmailFault} `message not found` */
export async function octetsOf(
  mail: AccountMail,
  mailbox: MailboxId,
  row: ReadMessage,
): Promise<AsyncIterable<Uint8Array>> {
  try {
    return await new MessageReader(mail, mailbox, row).pieces();
  } catch (error) {
    throw error instanceof MessageGone ? messageNotFound() : error;
  }
}
