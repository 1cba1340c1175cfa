/**
 * The parsed header that an IMAP ENVELOPE shows (RFC 3501 §7.4.2).
 *
 * Reading is lenient: a field that makes no sense is absent, never an error.
 *
 * @module
 */

/** A mailbox, or a mark at one end of a group (RFC 3501 §7.4.2). */
export type ImapAddress =
  | {
    readonly kind: "mailbox";
    readonly name?: string;
    /** Source route of obsolete syntax (RFC 5322 §4.4). */
    readonly route?: string;
    readonly localPart: string;
    readonly domain: string;
  }
  | { readonly kind: "group_start"; readonly name: string }
  | { readonly kind: "group_end" };

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
