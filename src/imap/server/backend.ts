/** What IMAP sessions need from the relay; app/ passes the real thing in. @module */
import type { AccountId, MailboxId, Uid, UidValidity } from "../../base/ids.ts";
import type { RefusalCode } from "../../base/refusal.ts";
import type { Secret } from "../../base/secret.ts";
import type { AccountMail } from "../../mail/account_mail.ts";

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
  /** `taken`: device tokens are; `advertised`: and XDELTAPUSH says so. */
  readonly push: "advertised" | "taken" | "off";
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
  readonly mail: AccountMail;
  readonly metadata: ImapMetadata;
  /** Checks all that can be known before the literal. @throws {Refusal} */
  append(message: ImapAppend): Promise<AppendReceiver>;
  /** Calls once when the session must end. Returns how to stop. */
  onInactive(listener: (reason: ImapEnding) => void): () => void;
  /** Tells the relay whether the session idles: the oldest idling one goes when there are too many. */
  setIdle(idle: boolean): void;
  /** Octets that have passed. */
  countTraffic(received: number, sent: number): void;
  /** The session has ended. */
  release(): void;
}

/** What the peer did for which its connection is ended. */
export type ImapCut =
  | "long_line"
  | "large_literal"
  | "too_many_errors"
  | "failed_logins"
  /** Nothing came for too long. */
  | "silent"
  /** It takes nothing of what it asked for. */
  | "stalled"
  | "handshake"
  /** It went on in clear behind STARTTLS, or without compression behind COMPRESS. */
  | "too_early"
  | "bad_deflate";

export type CommandResult = "ok" | "no" | "bad";

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
  /** A peer is told no. */
  countRefusal(code: RefusalCode): void;
  /** One command has ended; `command` is one that there is, or `OTHER`. */
  countCommand(command: string, result: CommandResult): void;
  /** A connection is ended for what its peer did. */
  countCut(reason: ImapCut): void;
  /** A session in IDLE was told of a message, so many milliseconds after its last octet had come. */
  countPush(tookMs: number): void;
}
