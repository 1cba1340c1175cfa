/**
 * The mail of one account, as the store gives it and IMAP sessions use it: the
 * one interface between them.
 *
 * Always holds: mailboxes of other accounts are not there, whatever their ids.
 * Reads reflect every change whose promise has resolved; writes are durable when
 * theirs does.
 *
 * @module
 */
import type { MailboxId, ModSeq, Uid } from "../base/ids.ts";
import type {
  ChangesSince,
  Copied,
  FlagChange,
  FlagState,
  Mailbox,
  MailboxChange,
  MailboxSnapshot,
  MessageOctets,
  MessageRow,
  OctetRange,
  SpecialUse,
  UidRange,
  Usage,
} from "./mailbox.ts";

/** A mailbox that somebody watches. */
export interface WatchedMailbox {
  /** Every change after this is heard of, or followed by one that shows the gap. */
  readonly mailbox: Mailbox;
  /** Sequence number of the first message without \Seen. */
  readonly firstUnseen: number | undefined;
  /** Ends the watching. */
  stop(): void;
}

/** What of the content may come with the rows; more of it than is small never does. */
export type WantedContent = "header" | "body";

/** A message with as much of its content as was asked for and is small. */
export interface ReadMessage extends MessageRow {
  readonly content?: {
    /** The header, or all. */
    readonly octets: Uint8Array;
    /** Length of the top-level header with its closing empty line. */
    readonly headerOctets: number;
  };
}

export interface AccountMail {
  find(name: string): Promise<Mailbox | undefined>;
  mailbox(id: MailboxId): Promise<Mailbox | undefined>;
  list(): Promise<Mailbox[]>;
  /** Creates missing parents too. @throws {Refusal} `mailbox_exists`, `too_many_mailboxes` */
  create(name: string, specialUse?: SpecialUse): Promise<Mailbox>;
  /** With children or a subscription it stays as not selectable. @throws {Refusal} `no_such_mailbox` */
  delete(name: string): Promise<void>;
  /** Moves children too; of INBOX, its messages. @throws {Refusal} `no_such_mailbox`, `mailbox_exists` */
  rename(from: string, to: string): Promise<void>;
  setSubscribed(name: string, subscribed: boolean): Promise<void>;

  /**
   * A mailbox that can be selected, and from then on its changes: in the order
   * of their mod-sequences, before the promise of who made them resolves.
   */
  select(
    name: string,
    listener: (change: MailboxChange) => void,
  ): Promise<WatchedMailbox | undefined>;
  /**
   * Calls after each change of any mailbox there is then: what is in it, its
   * name, that it came or went. Returns how to end it.
   */
  watchAll(listener: () => void): () => void;
  /** Reads at one moment, so that modSeq and the arrays agree. @throws {Refusal} `no_such_mailbox` */
  snapshot(mailbox: MailboxId): Promise<MailboxSnapshot>;
  /** @throws {Refusal} `no_such_mailbox` */
  changesSince(mailbox: MailboxId, modSeq: ModSeq): Promise<ChangesSince>;
  /** Octets of all messages and number of those with \Deleted (STATUS). */
  totals(mailbox: MailboxId): Promise<{ octets: number; deleted: number }>;
  /**
   * Ascending by UID, up to `limit`; ask again from the last UID for more. Few
   * contents come along at once: of a long list, those of the first messages.
   */
  messages(
    mailbox: MailboxId,
    range: UidRange,
    limit: number,
    want?: WantedContent,
  ): Promise<ReadMessage[]>;
  /** The top-level header with its closing empty line, undefined if the message or its content is gone. */
  header(mailbox: MailboxId, uid: Uid): Promise<Uint8Array | undefined>;
  /** The whole message or a part of it, in pieces of at most 64 KiB; undefined if it is gone. */
  body(
    mailbox: MailboxId,
    uid: Uid,
    range?: OctetRange,
  ): Promise<MessageOctets | undefined>;
  /** With the limit that applies. */
  usage(): Promise<Usage & { readonly limitOctets: number }>;

  /** `changed`: new states; `unmodified`: failed UNCHANGEDSINCE. @throws {Refusal} `no_such_mailbox`, `too_many_keywords` */
  storeFlags(
    change: FlagChange,
  ): Promise<{ changed: FlagState[]; unmodified: Uid[] }>;
  /** Marks messages as fetched whole, for retention; batched. */
  markFetched(mailbox: MailboxId, uids: readonly Uid[]): void;
  /** All or none. @throws {Refusal} `no_such_mailbox`, `no_target_mailbox`, `quota_exceeded` */
  copy(
    from: MailboxId,
    uids: readonly UidRange[],
    to: MailboxId,
  ): Promise<Copied>;
  /** @throws {Refusal} `no_such_mailbox`, `no_target_mailbox` */
  move(
    from: MailboxId,
    uids: readonly UidRange[],
    to: MailboxId,
  ): Promise<Copied>;
  /** Removes \Deleted messages, of these UIDs only when given. @throws {Refusal} `no_such_mailbox` */
  expunge(
    mailbox: MailboxId,
    uids?: readonly UidRange[],
  ): Promise<{ uids: Uid[]; modSeq: ModSeq }>;
}
