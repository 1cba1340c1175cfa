/** What SMTP sessions need from the relay; app/ passes the real thing in. @module */
import type { Peer } from "../../base/peer.ts";
import type { RefusalCode } from "../../base/refusal.ts";
import type { Secret } from "../../base/secret.ts";

/** "mx": mail from other servers (port 25). "submission": from our own users. */
export type SmtpService = "mx" | "submission";

/** Why the relay ends a session: the account is blocked or deleted, or what it says. */
export type SmtpEnding =
  | "account_inactive"
  | "too_many_sessions"
  | "password_changed";

/** Who has logged in on this connection. */
export interface SmtpAccount {
  /** Canonical. */
  readonly address: string;
  /**
   * Calls once when the session must end. Returns how to stop, by which the
   * relay learns that it is over.
   */
  onInactive(listener: (reason: SmtpEnding) => void): () => void;
  /** Octets that have come. */
  countTraffic(received: number): void;
}

/** What the peer did for which its connection is ended, beside what has a reply. */
export type SmtpCut =
  /** Nothing came for too long. */
  | "silent"
  /** It takes nothing of what is said. */
  | "stalled"
  /** TLS did not come about, or something came in clear before it. */
  | "handshake"
  /** It went on in clear behind STARTTLS. */
  | "too_early"
  | "not_smtp"
  | "too_many_errors"
  | "failed_logins";

export interface SmtpSender {
  readonly service: SmtpService;
  readonly peer: Peer;
  readonly account?: SmtpAccount;
  /** MAIL's argument without brackets; empty is the null reverse-path (RFC 5321 §4.5.5). */
  readonly reversePath: string;
  /** MAIL's SIZE (RFC 1870 §6.1). */
  readonly sizeOctets?: number;
  readonly utf8: boolean;
}

/** One mail transaction, from MAIL to the reply after DATA. */
export interface SmtpTransaction {
  /**
   * RCPT's argument without brackets.
   *
   * @throws {Refusal} the reply; the transaction stays open
   */
  addRecipient(forwardPath: string): Promise<void>;
  /** The message's octets, dot-unstuffed, in order. Waits when the relay is slower than the peer. */
  write(octets: Uint8Array): Promise<void>;
  /**
   * The message is whole. When this resolves it is durable.
   *
   * @throws {Refusal} the reply; nothing was delivered
   */
  finish(): Promise<void>;
  /** Forgets everything: RSET, a lost connection, or octets that break the protocol. */
  discard(): Promise<void>;
}

/** Live values: read at use, since an admin may change them. */
export interface SmtpLimits {
  readonly maxMessageOctets: number;
  readonly maxRecipients: number;
}

export interface SmtpBackend {
  /** Name in the banner and in replies. */
  readonly hostname: string;
  limits(service: SmtpService): SmtpLimits;
  /** @throws {Refusal} `bad_credentials`, `too_many_attempts`, `busy`, `unavailable` */
  login(
    address: string,
    password: Secret,
    peer: Peer,
  ): Promise<SmtpAccount>;
  /**
   * Opens a transaction; may wait to slow down a fast sender.
   *
   * @throws {Refusal} the reply to MAIL
   */
  begin(sender: SmtpSender): Promise<SmtpTransaction>;
  /** An error that is ours. Reported once; the peer gets 451. */
  reportBug(error: unknown): void;
  /** A peer is told no. */
  countRefusal(code: RefusalCode): void;
  /** A connection is ended for what its peer did. */
  countCut(service: SmtpService, reason: SmtpCut): void;
  /** Every reply from 400 on, as it goes out; `command` is one that there is, or `OTHER`. */
  countError(
    service: SmtpService,
    command: string,
    reply: { readonly code: number; readonly text: string },
  ): void;
}
