/** Mailboxes and messages, as sessions, delivery and tasks see them. @module */
import type { Content } from "./content.ts";
import type { OutboundMessage } from "./queue.ts";
import type {
  AccountId,
  BlobId,
  MailboxId,
  ModSeq,
  QueueId,
  Uid,
  UidValidity,
} from "../base/ids.ts";
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
} from "../mail/mailbox.ts";

export interface QuotaPolicy {
  /** For accounts without an override, octets. */
  readonly defaultOctets: number;
  readonly whenFull: "expire_oldest" | "reject";
  /** Percent of the limit at which trimming starts, and down to which it goes. */
  readonly trimFrom: number;
  readonly trimTo: number;
  /** Messages younger than this are never expired, seconds. */
  readonly protectSeconds: number;
}

/** By what a message is recognised when it comes again. */
export interface MessageKey {
  /** Of a hash: 16 are enough. */
  readonly octets: Uint8Array;
  /** `recipient`: each has had it or not, whoever else is named beside. */
  readonly of: "message" | "recipient";
  /** How long it is remembered, of time that is lived through. */
  readonly seconds: number;
}

/** Failures of a message in the queue, of which another message tells its sender. */
export interface ReportedFailures {
  readonly message: QueueId;
  /** Numbers of its recipients. */
  readonly recipients: readonly number[];
}

/** A message that the relay takes: for mailboxes here, for other servers, or both. */
export interface Acceptance {
  readonly content: Content;
  /** Length of the top-level header with its closing empty line: the first octets of the content. */
  readonly headerOctets: number;
  readonly recipients: readonly AccountId[];
  /** What INTERNALDATE says; ages are counted by the store. */
  readonly arrivedAt: number;
  readonly quota: QuotaPolicy;
  /** One of `recipients`, who gets the message only if somebody else does. */
  readonly dependentCopy?: AccountId;
  /** Reports of our own are stored whatever the quota. */
  readonly ignoreQuota?: boolean;
  readonly outbound?: OutboundMessage;
  readonly key?: MessageKey;
  /** What this message reports: it is stored only while that is unreported. */
  readonly reports?: ReportedFailures;
}

export interface RecipientResult {
  readonly account: AccountId;
  /**
   * `withheld`: a dependent copy that nobody else got one beside. `duplicate`:
   * it has had this message, and gets it no second time.
   */
  readonly outcome:
    | "delivered"
    | "quota_exceeded"
    | "no_such_user"
    | "withheld"
    | "duplicate";
}

export interface Accepted {
  /** One for each account, in the order of the recipients. */
  readonly results: readonly RecipientResult[];
  /** Where the rest waits to be sent, or its failures to be reported. */
  readonly queued?: QueueId;
  /** The message came before: nothing was done, and these are its first results. */
  readonly known: boolean;
}

export interface Append {
  readonly mailbox: MailboxId;
  readonly content: Content;
  readonly headerOctets: number;
  readonly flags: number;
  readonly keywords: readonly string[];
  readonly internalDate: number;
  readonly quota: QuotaPolicy;
}

/** What retention removes: all conditions given must hold. */
export interface PruneRule {
  /** Of time that was lived through since they were stored. */
  readonly olderThanSeconds: number;
  readonly largerThanOctets?: number;
  /** Only \Seen messages, or ones fetched whole. */
  readonly onlySeen?: boolean;
  readonly onlyUnseen?: boolean;
  readonly dryRun?: boolean;
  /** Removes nothing: puts the messages on the list of `purgeDue`, if they are not yet. */
  readonly onlyList?: boolean;
}

/** Reads reflect every change whose promise has resolved; writes are durable when theirs does. */
export interface MailStore {
  inbox(account: AccountId): Promise<Mailbox>;
  find(account: AccountId, name: string): Promise<Mailbox | undefined>;
  mailbox(id: MailboxId): Promise<Mailbox | undefined>;
  list(account: AccountId): Promise<Mailbox[]>;
  /** Creates missing parents too. @throws {Refusal} `mailbox_exists`, `too_many_mailboxes` */
  create(
    account: AccountId,
    name: string,
    specialUse?: SpecialUse,
  ): Promise<Mailbox>;
  /** With children or a subscription it stays as not selectable. @throws {Refusal} `no_such_mailbox` */
  delete(account: AccountId, name: string): Promise<void>;
  /** Moves children too; of INBOX, its messages. @throws {Refusal} `no_such_mailbox`, `mailbox_exists` */
  rename(account: AccountId, from: string, to: string): Promise<void>;
  setSubscribed(
    account: AccountId,
    name: string,
    subscribed: boolean,
  ): Promise<void>;

  /** Reads in one transaction, so that modSeq and the arrays agree. */
  snapshot(mailbox: MailboxId): Promise<MailboxSnapshot>;
  changesSince(mailbox: MailboxId, modSeq: ModSeq): Promise<ChangesSince>;
  /** Sequence number of the first message without \Seen. */
  firstUnseen(mailbox: MailboxId): Promise<number | undefined>;
  /** Octets of all messages and number of those with \Deleted (STATUS). */
  totals(mailbox: MailboxId): Promise<{ octets: number; deleted: number }>;
  /** Ascending by UID, up to `limit`; ask again from the last UID for more. */
  messages(
    mailbox: MailboxId,
    range: UidRange,
    limit: number,
  ): Promise<MessageRow[]>;
  /** The top-level header with its closing empty line, undefined if the message or its content is gone. */
  header(blob: BlobId): Promise<Uint8Array | undefined>;
  /** The whole message or a part of it, in pieces of at most 64 KiB; undefined if it is gone. */
  body(
    blob: BlobId,
    range?: OctetRange,
  ): Promise<MessageOctets | undefined>;
  usage(account: AccountId): Promise<Usage>;

  /**
   * One body, one transaction: all recipients' INBOXes, the outbound queue and
   * the key. If nobody gets the message, nothing of it is kept.
   *
   * @throws {Refusal} `storage_full`, `storage_read_only`, `busy`
   */
  accept(message: Acceptance): Promise<Accepted>;
  /** @throws {Refusal} `no_target_mailbox`, `quota_exceeded`, … */
  append(message: Append): Promise<{ uidValidity: UidValidity; uid: Uid }>;
  /** `changed`: new states; `unmodified`: failed UNCHANGEDSINCE. @throws {Refusal} `too_many_keywords` */
  storeFlags(
    change: FlagChange,
  ): Promise<{ changed: FlagState[]; unmodified: Uid[] }>;
  /** Marks messages as fetched whole, for retention; batched. */
  markFetched(mailbox: MailboxId, uids: readonly Uid[]): void;
  /** In one transaction. @throws {Refusal} `no_target_mailbox`, `quota_exceeded` */
  copy(
    from: MailboxId,
    uids: readonly UidRange[],
    to: MailboxId,
    quota: QuotaPolicy,
  ): Promise<Copied>;
  move(
    from: MailboxId,
    uids: readonly UidRange[],
    to: MailboxId,
  ): Promise<Copied>;
  /** Removes \Deleted messages, of these UIDs only when given. */
  expunge(
    mailbox: MailboxId,
    uids?: readonly UidRange[],
  ): Promise<{ uids: Uid[]; modSeq: ModSeq }>;

  /** One bounded batch; ask again until `more` is false. */
  prune(rule: PruneRule): Promise<{ deleted: number; more: boolean }>;
  /**
   * From now on messages are put on a list when they are read, to be removed
   * so many seconds later; undefined: no longer, and the list is forgotten.
   */
  setSeenGrace(seconds: number | undefined): Promise<void>;
  /** Removes messages of that list whose time has come; one bounded batch. */
  purgeDue(): Promise<{ deleted: number; more: boolean }>;
  /** Accounts over their limit's trim mark are brought down; one bounded batch. */
  trimToQuota(
    quota: QuotaPolicy,
    options?: { readonly dryRun: boolean },
  ): Promise<{ deleted: number; more: boolean }>;
  /** Messages of all accounts. */
  count(): Promise<number>;

  /** Called after each commit, in commit order. Returns how to stop. */
  onChange(
    mailbox: MailboxId,
    listener: (change: MailboxChange) => void,
  ): () => void;
}
