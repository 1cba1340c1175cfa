/**
 * Mail for other servers, from its acceptance until it has arrived or is given
 * up, as delivery, the sender of mail and admins see it.
 *
 * A message has one content and a row for each recipient. A row waits, is
 * leased to whoever tries it, is held, or has failed and its sender is not told
 * yet; what has arrived, or was told of, is gone, and the content with the last
 * that needs it. All times are counted by the store's clock, so that no jump of
 * a date expires mail or makes everything due at once.
 *
 * @module
 */
import type { AccountId, QueueId } from "../base/ids.ts";
import type { Address } from "../mail/address.ts";
import type { MessageOctets } from "../mail/mailbox.ts";
import type { MessageKey } from "./message_key.ts";

/** What brought a message: kinds of `Origin`, and the name of an exchanger. */
export type QueueOrigin =
  | "submission"
  | "web"
  | "mx"
  | "mxdeliv"
  | "report"
  | `exchanger:${string}`;

/** What was heard of a recipient last: a reply, or what else went wrong. */
export interface DeliveryNote {
  /** RFC 3463 §2. */
  readonly status: string;
  /** For people: one line of printable text. */
  readonly text: string;
  /** Of SMTP or HTTP, if there was a reply. */
  readonly code?: number;
  /** How it was tried: "smtp", "https", … */
  readonly transport?: string;
  /** Who answered. */
  readonly host?: string;
}

export interface OutboundRecipient {
  readonly address: Address;
  /** The domain it goes to, in canonical form. */
  readonly destination: string;
  /** It is known by now that it goes nowhere: there is only a report to be made. */
  readonly failure?: DeliveryNote;
}

/** What of an accepted message goes to other servers. */
export interface OutboundMessage {
  /** Empty is the null reverse-path (RFC 5321 §4.5.5). */
  readonly reversePath: string;
  /** Each once, in the order in which they were named. */
  readonly recipients: readonly OutboundRecipient[];
  readonly origin: QueueOrigin;
  /** Whose mail it is, and who is told of failures; when the account goes, so does this. */
  readonly account?: AccountId;
  /** With angle brackets, as others get it and name it in their reports. */
  readonly messageId: string;
  /** As the sender has it, where that is another one: for reports to the sender. */
  readonly givenMessageId?: string | undefined;
  readonly lifetimeSeconds: number;
  /** Header fields that stand before the content where it is sent, with their line ends. */
  readonly prefix?: Uint8Array;
  /** Of the body, relaxed, in Base64, as `bh=` of DKIM has it. */
  readonly bodyHash?: string;
  /** Octets above 127 anywhere: 8BITMIME (RFC 6152 §3). */
  readonly eightBit: boolean;
  /** Octets above 127 in the header or an address: SMTPUTF8 (RFC 6531 §3). */
  readonly utf8: boolean;
}

/** What is to be handed out, and to whom. */
export interface Claim {
  /** Who will settle it. */
  readonly holder: string;
  /** After which it counts as never handed out. */
  readonly leaseSeconds: number;
  /** At most so many units, but for what is `ahead`; the destination that had fewest comes first. */
  readonly units: number;
  readonly recipientsPerUnit: number;
  readonly of:
    | {
      readonly kind: "due";
      /** Units at once to one destination; one while it cannot be reached. */
      readonly perDestination: number;
      /** How many units each has now. */
      readonly busy: ReadonlyMap<string, number>;
      /** Units that destinations get besides, beyond what they may have at once. */
      readonly ahead?: ReadonlyMap<string, number>;
      /** Without it, all have the same right to the units. */
      readonly share?: ClaimShare;
    }
    /** All that waits for these, due or not: for who comes to fetch it. */
    | { readonly kind: "waiting"; readonly destinations: readonly string[] };
}

/** Who may have how many of the units. */
export interface ClaimShare {
  /** They may have all. */
  readonly preferred: ReadonlySet<string>;
  /** For all others together. */
  readonly others: number;
  /** Of those, for destinations that could not be reached. */
  readonly failing: number;
  /** Of those for all others: for destinations that have had no turn yet, whose mail came last. */
  readonly newest?: number;
}

export interface LeasedRecipient {
  /** Its number in the message. */
  readonly n: number;
  readonly address: Address;
  /** Attempts before this one. */
  readonly attempts: number;
}

/** One message for one destination: the unit of work. */
export interface LeasedUnit {
  readonly message: QueueId;
  /** By which a receiver knows it again; tells nothing. */
  readonly mailId: string;
  readonly destination: string;
  readonly reversePath: string;
  readonly recipients: readonly LeasedRecipient[];
  readonly origin: QueueOrigin;
  readonly account?: AccountId;
  /** Of the content, without the prefix. */
  readonly sizeOctets: number;
  readonly prefix: Uint8Array;
  readonly bodyHash?: string;
  readonly eightBit: boolean;
  readonly utf8: boolean;
  /** Seconds since 1970 UTC, for people. */
  readonly queuedAt: number;
  /** Times in a row that the destination could not be reached. */
  readonly failStreak: number;
}

export type RecipientOutcome =
  | { readonly kind: "delivered" }
  | {
    readonly kind: "retry";
    readonly afterSeconds: number;
    readonly note: DeliveryNote;
  }
  /** Nobody could be asked about it: due as before, when its destination is. */
  | { readonly kind: "unreached"; readonly note: DeliveryNote }
  /** As if it had never been handed out. */
  | { readonly kind: "untried" }
  | { readonly kind: "failed"; readonly note: DeliveryNote }
  /** Until an admin releases it. */
  | { readonly kind: "held"; readonly note: DeliveryNote };

export type Reach =
  | { readonly kind: "reached" }
  /** Nothing goes there before. */
  | {
    readonly kind: "unreached";
    readonly afterSeconds: number;
    readonly text: string;
  };

export interface Settlement {
  readonly holder: string;
  readonly message: QueueId;
  readonly destination: string;
  readonly recipients: readonly {
    readonly n: number;
    readonly outcome: RecipientOutcome;
  }[];
  /** What was learned about the destination itself. */
  readonly reach?: Reach;
}

/** What an admin's word is about. */
export type QueueSelection =
  | { readonly kind: "all" }
  | { readonly kind: "destination"; readonly destination: string }
  | {
    readonly kind: "message";
    readonly message: QueueId;
    /** One recipient; all without. */
    readonly n?: number;
  };

/** Of a recipient. It is held by itself, or with its destination. */
export type QueueState = "waiting" | "leased" | "held" | "failed";

export interface QueuedRecipient extends LeasedRecipient {
  readonly message: QueueId;
  readonly destination: string;
  readonly reversePath: string;
  readonly origin: QueueOrigin;
  readonly sizeOctets: number;
  readonly state: QueueState;
  /** Seconds since 1970 UTC. */
  readonly queuedAt: number;
  readonly lastAttemptAt?: number;
  /** Until its next attempt; 0 when it is due. */
  readonly dueInSeconds?: number;
  readonly expiresInSeconds: number;
  readonly note?: DeliveryNote;
}

/** The last recipient that was seen. */
export interface QueueCursor {
  readonly message: QueueId;
  readonly n: number;
}

export interface QueueQuery {
  readonly after?: QueueCursor;
  readonly limit: number;
  readonly destination?: string;
  readonly reversePath?: string;
  readonly state?: QueueState;
}

export interface QueueSummary {
  readonly messages: number;
  readonly octets: number;
  /** Waiting or leased. */
  readonly waiting: number;
  /** Of them, those that were tried before. */
  readonly deferred: number;
  /** One by one, or with their destination. */
  readonly held: number;
  /** Of which the sender is not told yet. */
  readonly failed: number;
  /** Seconds since 1970 UTC. */
  readonly oldestQueuedAt?: number;
  /** Until the first message is out of time; below 0 when it is. */
  readonly firstExpiryInSeconds?: number;
  /** Destinations that were not reached so many times in a row, or more. */
  readonly unreached: number;
  readonly heldDestinations: number;
}

/** Times in a row after which a destination counts as unreached in a summary. */
export const UNREACHED_TIMES = 5;

export interface QueueDestination {
  readonly destination: string;
  /** Recipients that wait, and those that are held one by one. */
  readonly recipients: number;
  /** Of them, those that are being tried now. */
  readonly leased: number;
  readonly held: boolean;
  readonly failStreak: number;
  /** Nothing goes there before. */
  readonly retryInSeconds?: number;
  /** Why it could not be reached. */
  readonly lastError?: string;
  /** Until the next attempt; 0 when it is due. Absent: nothing waits, or it is held. */
  readonly nextInSeconds?: number;
  /** Of whoever is to be tried next, if that was tried before. */
  readonly last?: {
    readonly note: DeliveryNote;
    /** Seconds since 1970 UTC. */
    readonly triedAt: number;
  };
}

export interface FailedRecipient {
  readonly n: number;
  readonly address: Address;
  readonly note: DeliveryNote;
  /** Seconds since 1970 UTC. */
  readonly lastAttemptAt?: number;
}

export interface SmallContent {
  readonly octets: Uint8Array;
  /** Of them, with the closing empty line. */
  readonly headerOctets: number;
}

/** A message whose sender is to be told. */
export interface FailedMessage {
  readonly message: QueueId;
  readonly account: AccountId;
  readonly reversePath: string;
  readonly messageId: string;
  /** Seconds since 1970 UTC. */
  readonly queuedAt: number;
  /** Since the first of them failed. */
  readonly ageSeconds: number;
  /** Others who may still get it. */
  readonly waiting: number;
  readonly recipients: readonly FailedRecipient[];
}

/** A message that some have not got yet, and may still get: those are its recipients. */
export interface DelayedMessage extends FailedMessage {
  readonly place: DelayPlace;
  readonly expiresInSeconds: number;
}

/** Messages in the order in which they run out of time. */
export interface DelayPlace {
  /** By the store's clock. */
  readonly expiresAt: number;
  readonly message: QueueId;
}

/** By which a report about it is known. */
export interface SentMail {
  readonly account: AccountId;
  /** The domain, in canonical form. */
  readonly destination: string;
  /** With angle brackets. */
  readonly messageId: string;
}

/** Durable when a promise resolves. */
export interface QueueStore {
  /**
   * Hands out work, which a crash of the machine may take back. Mail of an
   * account that is gone or blocked is removed instead, and what has expired
   * fails with status 5.4.7.
   */
  claim(claim: Claim): Promise<LeasedUnit[]>;
  /** Gives how many recipients the holder really had; the others are left alone. */
  settle(settlements: readonly Settlement[]): Promise<number>;
  /** Seconds until something is due for a destination not named; undefined: never, as things are. */
  nextDue(except: ReadonlySet<string>): Promise<number | undefined>;
  /**
   * At the start: what this holder had is due again, and all that is due
   * begins after so many seconds, spread over so many more.
   */
  resume(
    holder: string,
    spread: { readonly afterSeconds: number; readonly withinSeconds: number },
  ): Promise<void>;
  /**
   * Recipients that are out of time fail with status 5.4.7, or 5.7.5 where the
   * last attempt found no security (4.7.5), and what is
   * remembered of older mail goes. One bounded batch.
   */
  expire(): Promise<{ expired: number; more: boolean }>;

  /** The content without what stands before it, where it is in the database: at once; undefined if it is elsewhere, or gone. */
  small(message: QueueId): Promise<SmallContent | undefined>;
  /** The same of any size, in pieces; undefined if it is gone. */
  body(message: QueueId): Promise<MessageOctets | undefined>;
  /** Of the content, with its closing empty line. */
  header(message: QueueId): Promise<Uint8Array | undefined>;

  /** By message, all after one; a report of them is `Acceptance.reports`. */
  failures(after: QueueId | undefined, limit: number): Promise<FailedMessage[]>;

  /** With a sender here, after one, if it has no more time than that. */
  delayed(
    after: DelayPlace | undefined,
    withinSeconds: number,
    limit: number,
  ): Promise<DelayedMessage[]>;

  /** Nothing of it is handed out until it is released; of a destination, also what is still to come. */
  hold(selection: QueueSelection): Promise<number>;
  release(selection: QueueSelection): Promise<number>;
  /** What waits is due now, whatever was learned of its destination. */
  retry(selection: QueueSelection): Promise<number>;
  /** With a note it fails, so that its sender is told; else nobody is, also not of what has failed. */
  remove(selection: QueueSelection, note?: DeliveryNote): Promise<number>;
  /**
   * Of a message that has wholly failed, and of which nobody is told yet: takes
   * it back as if it had never been accepted, with the key that it was accepted
   * by, and gives its failures. Undefined of any other, which stays as it is, and
   * of one that came again meanwhile and was confirmed.
   */
  withdraw(
    message: QueueId,
    key?: MessageKey,
  ): Promise<FailedRecipient[] | undefined>;

  /** By message; a page may be short of the limit, or empty, and not be the last. */
  list(
    query: QueueQuery,
  ): Promise<{ recipients: QueuedRecipient[]; next?: QueueCursor }>;
  summary(): Promise<QueueSummary>;
  /** Whether it was accepted for that destination in the last five days, whatever became of it. */
  hasSent(mail: SentMail): Promise<boolean>;
  /** By name, all after one. */
  destinations(
    after: string | undefined,
    limit: number,
  ): Promise<QueueDestination[]>;
  /** An admin holds all that goes there. */
  isHeld(destination: string): Promise<boolean>;
  /** One of them; undefined if nothing is on record of it. */
  destination(name: string): Promise<QueueDestination | undefined>;
}
