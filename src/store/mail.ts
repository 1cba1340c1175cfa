/** Mail of all accounts, as delivery and tasks see it, and the way to that of one. @module */
import type { Content } from "./content.ts";
import type { MessageKey } from "./message_key.ts";
import type { OutboundMessage } from "./queue.ts";
import type {
  AccountId,
  Cursor,
  MailboxId,
  QueueId,
  Uid,
  UidValidity,
} from "../base/ids.ts";
import type { AccountMail } from "../mail/account_mail.ts";
import type { SpecialUse, Usage } from "../mail/mailbox.ts";

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
  /** When its last octet had come, monotonic; who watches a mailbox is told. */
  readonly endedMs?: number;
  /** One of `recipients`, who gets the message only if somebody else does. */
  readonly dependentCopy?: AccountId;
  /** Reports of our own are stored whatever the quota. */
  readonly ignoreQuota?: boolean;
  readonly outbound?: OutboundMessage;
  /** Failures alone are worth keeping too: their sender gets a report. */
  readonly keepFailures?: boolean;
  readonly key?: MessageKey;
  /** Nobody gets it, and it costs as much as if somebody did: who sent it may not tell by the time. */
  readonly pretended?: boolean;
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
  /** It was delivered, to a mailbox that is nearly full of mail which may not be expired yet. */
  readonly crowded?: true;
}

export interface Accepted {
  /** One for each account, in the order of the recipients. */
  readonly results: readonly RecipientResult[];
  /** Where the rest waits to be sent, or its failures to be reported. */
  readonly queued?: QueueId;
  /** The message came before: nothing was done, and these are its first results. */
  readonly known: boolean;
}

/** One message for one mailbox, from its owner. */
export interface Append {
  readonly account: AccountId;
  readonly mailbox: MailboxId;
  readonly content: Content;
  readonly headerOctets: number;
  readonly flags: number;
  readonly keywords: readonly string[];
  readonly internalDate: number;
  readonly quota: QuotaPolicy;
}

/** A mailbox as another relay had it. */
export interface TakenMailbox {
  readonly account: AccountId;
  readonly name: string;
  /** Absent: UIDs there mean nothing, messages get new ones. */
  readonly uidValidity?: number;
  /** No UID below it is given to a message that comes later. */
  readonly uidNext?: Uid;
  readonly specialUse?: SpecialUse;
  readonly subscribed?: boolean;
}

/** How far taking over a mailbox has come. */
export interface TakenSoFar {
  readonly mailbox: MailboxId;
  /** Messages keep the UIDs that they had. */
  readonly keepsUids: boolean;
  /** The last UID of there that was taken, 0 for none. */
  readonly lastUid: number;
}

/** A message as another relay had it. */
export interface TakenMessage {
  readonly content: Content;
  readonly headerOctets: number;
  readonly flags: number;
  /** Those that do not fit are lost. */
  readonly keywords: readonly string[];
  /** Ages are counted from here. */
  readonly internalDate: number;
  /** If the mailbox keeps UIDs: they ascend from one message to the next. */
  readonly uid?: Uid;
  /** What the message was known by there, if it has no UID. */
  readonly name: string;
}

/** `renumbered`: its UID belongs to a message that came here meanwhile. `known`: it has been taken before. */
export type TakenAs = "taken" | "renumbered" | "known";

/** What retention removes: all conditions given must hold. */
export interface PruneRule {
  /** Of time that was lived through since they were stored. */
  readonly olderThanSeconds: number;
  readonly largerThanOctets?: number;
  /** Only \Seen messages, or ones fetched whole. */
  readonly onlySeen?: boolean;
  readonly onlyUnseen?: boolean;
  readonly dryRun?: boolean;
  /** Removes nothing: puts the messages that are not on the list of `purgeDue` on it, due so much later. */
  readonly listForSeconds?: number;
}

/** One bounded batch of a walk through everybody's mail. */
export interface WalkStep {
  readonly deleted: number;
  /** From where to go on; undefined at the end. */
  readonly next: Cursor | undefined;
}

/** What an administrator may change at any time: read at each use. */
export interface MailPolicy {
  quota(): QuotaPolicy;
  /** Messages are put on the list of `purgeDue` when they are read, due so many seconds later; undefined: they stay. */
  seenGraceSeconds(): number | undefined;
}

/** Reads reflect every change whose promise has resolved; writes are durable when theirs does. */
export interface MailStore {
  /** The mail of one account, who need not exist. */
  of(account: AccountId, policy: MailPolicy): AccountMail;
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

  /**
   * Begins to take a mailbox of another relay over, or goes on with it: made if
   * it is not there, with the UIDVALIDITY of there as long as nothing was in it.
   *
   * @throws {Refusal} `mailbox_name_invalid`, `too_many_mailboxes`, `no_such_user`
   */
  takeMailbox(mailbox: TakenMailbox): Promise<TakenSoFar>;
  /**
   * Some messages in their order, whatever the quota, and that they were taken,
   * in one transaction; how each was.
   *
   * @throws {Refusal} `no_target_mailbox`
   */
  takeMessages(
    mailbox: MailboxId,
    messages: readonly TakenMessage[],
  ): Promise<TakenAs[]>;

  /** Along the ages of messages, from the oldest or from where a step with this rule ended. */
  prune(rule: PruneRule, after?: Cursor): Promise<WalkStep>;
  /**
   * Messages on the list of `purgeDue` are due no later than so many seconds
   * from now; undefined: the list is forgotten.
   */
  limitPurges(seconds: number | undefined): Promise<void>;
  /** Removes messages that were put on the list when they were read, and whose time has come; one bounded batch. */
  purgeDue(): Promise<{ deleted: number; more: boolean }>;
  /** Accounts over their limit's trim mark are brought down. */
  trimToQuota(
    quota: QuotaPolicy,
    options: { readonly dryRun: boolean; readonly after?: Cursor },
  ): Promise<WalkStep>;
  /** Messages of all accounts. */
  count(): Promise<number>;
  /** Octets of all accounts, as their quotas count them. */
  octets(): Promise<number>;
}
