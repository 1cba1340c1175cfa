/** What an admin may change while mail is delivered. @module */
import type { QuotaPolicy } from "../store/mail.ts";

/** Read at each use. */
export interface DeliverySettings {
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
  /** Reports have the field by which Delta Chat shows them. */
  readonly reportHint: boolean;
}
