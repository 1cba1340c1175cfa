/**
 * What a mailbox holds, as values: the store makes them, IMAP sessions show them.
 *
 * @module
 */
import type {
  AccountId,
  MailboxId,
  ModSeq,
  Uid,
  UidValidity,
} from "../base/ids.ts";

/** System flags as bits; keywords have a bit each per mailbox (`Mailbox.keywords`). */
export const SEEN = 1;
export const ANSWERED = 2;
export const FLAGGED = 4;
export const DELETED = 8;
export const DRAFT = 16;
/** All of them; other bits mean nothing. */
export const SYSTEM_FLAGS = 31;

export type SpecialUse =
  | "\\Drafts"
  | "\\Sent"
  | "\\Trash"
  | "\\Junk"
  | "\\Archive"
  | "\\All"
  | "\\Flagged";

export interface Mailbox {
  readonly id: MailboxId;
  readonly account: AccountId;
  /** Decoded (UTF-8), with "/" between levels. INBOX is always "INBOX". */
  readonly name: string;
  readonly uidValidity: UidValidity;
  readonly uidNext: Uid;
  readonly highestModSeq: ModSeq;
  readonly exists: number;
  readonly unseen: number;
  readonly subscribed: boolean;
  readonly specialUse?: SpecialUse;
  /** False for a deleted one that still has children or a subscription. */
  readonly selectable: boolean;
  /** Position in this list is the keyword's bit. At most 32. */
  readonly keywords: readonly string[];
}

/** A message without its octets. */
export interface MessageRow {
  readonly uid: Uid;
  readonly sizeOctets: number;
  /** Seconds since 1970 UTC when the relay stored it: retention counts from here. */
  readonly arrivedAt: number;
  /** INTERNALDATE, seconds since 1970 UTC; differs only after APPEND with a date. */
  readonly internalDate: number;
  readonly flags: number;
  /** Bits by `Mailbox.keywords`. */
  readonly keywords: number;
  readonly modSeq: ModSeq;
}

/** From `start` up to, not including, `end`: octets of a message. */
export interface OctetRange {
  readonly start: number;
  readonly end: number;
}

/** Octets of a message, in pieces of at most 64 KiB; how many there are is known before. */
export interface MessageOctets extends AsyncIterable<Uint8Array> {
  readonly sizeOctets: number;
}

/** From one UID to another, both included. Sorted, not overlapping, in lists. */
export interface UidRange {
  readonly first: Uid;
  readonly last: Uid;
}

/** The messages of a mailbox at one moment, ascending by UID: index + 1 is the sequence number. */
export interface MailboxSnapshot {
  readonly modSeq: ModSeq;
  readonly uids: Uint32Array;
  readonly flags: Uint8Array;
  readonly keywords: Uint32Array;
}

export interface FlagState {
  readonly uid: Uid;
  readonly flags: number;
  readonly keywords: number;
  readonly modSeq: ModSeq;
}

/** What one committed transaction did to one mailbox. Sent to listeners in commit order. */
export interface MailboxChange {
  readonly mailbox: MailboxId;
  /** The mailbox's highest mod-sequence before and after: a gap means a lost change. */
  readonly previous: ModSeq;
  readonly modSeq: ModSeq;
  readonly appended: readonly FlagState[];
  readonly flags: readonly FlagState[];
  readonly expunged: readonly Uid[];
  /** Set when the change added keywords. */
  readonly keywords?: readonly string[];
  /** The mailbox itself is gone. */
  readonly deleted?: true;
  /** Of a message that was delivered by this process: when its last octet had come, monotonic. */
  readonly endedMs?: number;
}

/** All that happened to a mailbox after `modSeq`, to catch up without replaying each change. */
export interface ChangesSince {
  readonly modSeq: ModSeq;
  /** Present messages that came or changed, ascending by UID. */
  readonly changed: readonly FlagState[];
  readonly expunged: readonly Uid[];
}

export interface FlagChange {
  readonly mailbox: MailboxId;
  readonly uids: readonly UidRange[];
  readonly mode: "replace" | "add" | "remove";
  readonly flags: number;
  readonly keywords: readonly string[];
  /** RFC 7162 §3.1.3: messages changed later are left alone. */
  readonly unchangedSince?: ModSeq;
}

export interface Usage {
  readonly octets: number;
  readonly messages: number;
  /** undefined: the default applies. */
  readonly limitOctets?: number;
}

export interface Copied {
  readonly uidValidity: UidValidity;
  /** Pairs, ascending by source UID. Empty if no message matched. */
  readonly sourceUids: readonly Uid[];
  readonly targetUids: readonly Uid[];
}
