/**
 * The parsed header that an IMAP ENVELOPE shows (RFC 3501 §7.4.2).
 *
 * Reading is lenient: a field that makes no sense is absent, never an error.
 *
 * @module
 */
import { type ImapAddress, readAddresses } from "./address_list.ts";
import type { Header } from "./header.ts";

const MAX_ADDRESSES = 2000; // of each field

/** All values as they were sent, unfolded, with encoded words still encoded. */
export interface ImapEnvelope {
  readonly date?: string;
  readonly subject?: string;
  /** Empty lists are NIL. `sender` and `replyTo` already default to `from`. */
  readonly from: readonly ImapAddress[];
  readonly sender: readonly ImapAddress[];
  readonly replyTo: readonly ImapAddress[];
  readonly to: readonly ImapAddress[];
  readonly cc: readonly ImapAddress[];
  readonly bcc: readonly ImapAddress[];
  readonly inReplyTo?: string;
  readonly messageId?: string;
}

/** Never throws. */
export function readEnvelope(header: Header): ImapEnvelope {
  const texts = (name: string) =>
    header.all(name).map((field) => header.text(field));
  const addresses = (name: string) =>
    texts(name).flatMap(readAddresses).slice(0, MAX_ADDRESSES);
  const from = addresses("from");
  const orFrom = (list: readonly ImapAddress[]) => list.length ? list : from;
  const [date] = texts("date");
  const [subject] = texts("subject");
  const [inReplyTo] = texts("in-reply-to");
  const [messageId] = texts("message-id");
  return {
    ...(date === undefined ? {} : { date }),
    ...(subject === undefined ? {} : { subject }),
    from,
    sender: orFrom(addresses("sender")),
    replyTo: orFrom(addresses("reply-to")),
    to: addresses("to"),
    cc: addresses("cc"),
    bcc: addresses("bcc"),
    ...(inReplyTo === undefined ? {} : { inReplyTo }),
    ...(messageId === undefined ? {} : { messageId }),
  };
}
