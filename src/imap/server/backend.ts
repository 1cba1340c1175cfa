/** What IMAP sessions need from the relay; app/ passes the real thing in. @module */
import type {
  AccountId,
  BlobId,
  MailboxId,
  ModSeq,
  Uid,
  UidValidity,
} from "../../base/ids.ts";
import type { Secret } from "../../base/secret.ts";
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
} from "../../mail/mailbox.ts";

export interface ImapPeer {
  /** IP address without brackets. */
  readonly address: string;
}

/** Live values: read at use, since an admin may change them. */
export interface ImapLimits {
  readonly maxMessageOctets: number;
  readonly compress: boolean;
  readonly advertiseId: boolean;
  readonly preauthCapabilities: "minimal" | "full";
  /** XDELTAPUSH is advertised and device tokens are taken. */
  readonly push: boolean;
}

export interface ImapAppend {
  readonly mailbox: MailboxId;
  readonly sizeOctets: number;
  readonly flags: number;
  readonly keywords: readonly string[];
  /** Seconds since 1970 UTC, from the command; else the time of arrival. */
  readonly internalDate?: number;
}

/** One APPEND's literal on its way in. */
export interface AppendReceiver {
  write(octets: Uint8Array): Promise<void>;
  /** @throws {Refusal} `encryption_needed`, `quota_exceeded`, `message_empty`, … */
  finish(): Promise<{ uidValidity: UidValidity; uid: Uid }>;
  discard(): Promise<void>;
}

/** The mail of one account. `MailStore` with the account filled in where it asks for one. */
export interface ImapMail {
  find(name: string): Promise<Mailbox | undefined>;
  list(): Promise<Mailbox[]>;
  create(name: string, specialUse?: SpecialUse): Promise<Mailbox>;
  delete(name: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  setSubscribed(name: string, subscribed: boolean): Promise<void>;
  mailbox(id: MailboxId): Promise<Mailbox | undefined>;
  snapshot(mailbox: MailboxId): Promise<MailboxSnapshot>;
  changesSince(mailbox: MailboxId, modSeq: ModSeq): Promise<ChangesSince>;
  firstUnseen(mailbox: MailboxId): Promise<number | undefined>;
  totals(mailbox: MailboxId): Promise<{ octets: number; deleted: number }>;
  messages(
    mailbox: MailboxId,
    range: UidRange,
    limit: number,
  ): Promise<MessageRow[]>;
  header(blob: BlobId): Promise<Uint8Array | undefined>;
  body(
    blob: BlobId,
    range?: OctetRange,
  ): Promise<MessageOctets | undefined>;
  usage(): Promise<Usage & { readonly limitOctets: number }>;
  storeFlags(
    change: FlagChange,
  ): Promise<{ changed: FlagState[]; unmodified: Uid[] }>;
  markFetched(mailbox: MailboxId, uids: readonly Uid[]): void;
  copy(
    from: MailboxId,
    uids: readonly UidRange[],
    to: MailboxId,
  ): Promise<Copied>;
  move(
    from: MailboxId,
    uids: readonly UidRange[],
    to: MailboxId,
  ): Promise<Copied>;
  expunge(
    mailbox: MailboxId,
    uids?: readonly UidRange[],
  ): Promise<{ uids: Uid[]; modSeq: ModSeq }>;
  /** Checks all that can be known before the literal. @throws {Refusal} */
  append(message: ImapAppend): Promise<AppendReceiver>;
  onChange(
    mailbox: MailboxId,
    listener: (change: MailboxChange) => void,
  ): () => void;
}

/** RFC 5464 entries. */
export interface ImapMetadata {
  /** `/shared/…` entries of the server; undefined for an unknown one, null for one without a value. */
  shared(entry: string): string | null | undefined;
  deviceTokens(): Promise<string[]>;
  putDeviceToken(token: string): Promise<void>;
  clearDeviceTokens(): Promise<void>;
}

/** Why the relay ends a session: the account is blocked or deleted, or what it says. */
export type ImapEnding =
  | "account_inactive"
  | "too_many_sessions"
  | "password_changed";

export interface ImapAccount {
  readonly id: AccountId;
  /** Canonical. */
  readonly address: string;
  readonly mail: ImapMail;
  readonly metadata: ImapMetadata;
  /** Calls once when the session must end. Returns how to stop. */
  onInactive(listener: (reason: ImapEnding) => void): () => void;
  /** Tells the relay whether the session idles: the oldest idling one goes when there are too many. */
  setIdle(idle: boolean): void;
  /** The session has ended. */
  release(): void;
}

export interface ImapBackend {
  limits(): ImapLimits;
  /** @throws {Refusal} `bad_credentials`, `too_many_attempts`, `busy`, `unavailable` */
  login(
    address: string,
    password: Secret,
    peer: ImapPeer,
  ): Promise<ImapAccount>;
  /** An error that is ours. Reported once; the peer gets SERVERBUG. */
  reportBug(error: unknown): void;
}
