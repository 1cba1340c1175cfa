/** What takes the mail of an account when it leaves the relay. @module */
import type { Mailbox, MessageRow } from "../../../mail/mailbox.ts";

/** Messages come in the order of mailboxes, and of UIDs in them. */
export interface MailWriter {
  begin(mailbox: Mailbox): Promise<void>;
  write(
    message: MessageRow,
    octets: AsyncIterable<Uint8Array>,
    mailbox: Mailbox,
  ): Promise<void>;
  /** The mailbox has no more. */
  end(mailbox: Mailbox): Promise<void>;
  /** All of it is durable and in its place once this resolves. */
  finish(): Promise<void>;
  /** Nothing of it stays. */
  abandon(): Promise<void>;
}
