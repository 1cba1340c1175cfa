/** What an admin may change while mail is delivered. @module */
import type { QuotaPolicy } from "../store/mail.ts";

/** Read at each use. */
/** What is not taken while the machine is short of something; it may come again. */
export interface Shed {
  /** Mail of others than our users. */
  readonly strangers: boolean;
  /** Messages larger than this. */
  readonly overOctets: number;
}

export interface DeliverySettings {
  readonly shed: Shed;
  /** Messages a minute from one account; 0 is no limit. */
  readonly sendPerMinute: number;
  /** Messages at once from one account. */
  readonly sendBurst: number;
  /** 0 is no limit. */
  readonly recipientsPerHour: number;
  /** How long a fast sender is slowed down before it is refused; 0 refuses at once. */
  readonly maxDelayMs: number;
  readonly rewriteSubject: boolean;
  readonly stripHeaders: boolean;
  readonly acceptOldPacketFormat: boolean;
  readonly allowAutocryptSetup: boolean;
  readonly maxHeaderOctets: number;
  /** What APPEND takes. */
  readonly appendPolicy: "encrypted" | "any" | "deny";
  readonly quota: QuotaPolicy;
  /** Messages of one sender to mailboxes that are nearly full of what may not be expired; 0 is no limit. */
  readonly floodPerMinute: number;
  /** How many messages each account sends in a day is known. */
  readonly countsSends: boolean;
  /** Reports have the field by which Delta Chat shows them. */
  readonly reportHint: boolean;
}
