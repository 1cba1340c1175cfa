/**
 * What an SMTP session knows between two commands (RFC 5321 §4.1.4), and what it
 * was started with.
 *
 * @module
 */
import type { Timers } from "../../base/clock.ts";
import { Refusal } from "../../base/refusal.ts";
import type {
  SmtpAccount,
  SmtpBackend,
  SmtpEnding,
  SmtpLimits,
  SmtpService,
  SmtpTransaction,
} from "./backend.ts";
import { replyFor } from "./refusals.ts";
import type { Reply } from "./replies.ts";

/** Fixed for the life of a session. */
export interface SmtpPolicy {
  /** Port 25 takes mail only over TLS; submission always does. */
  readonly requireTls: boolean;
  readonly maxLineOctets: number;
  /** Errors of the client after which it has to go. */
  readonly maxErrors: number;
  readonly maxFailedLogins: number;
}

/** The connection as a session sees it. */
export interface SmtpWire {
  /** Resolves when the kernel has it: it waits while the peer does not read. */
  send(text: string): Promise<void> | void;
  /** Begins the handshake of STARTTLS, after this text in clear. */
  startTls(text: string): void;
  /** Octets that have arrived and are not yet pushed to the session. */
  pendingOctets(): number;
  /** Counts the session as one of the account's; false when it has too many. */
  admit(account: SmtpAccount): boolean;
  /** The session of the account that is logged in must end. */
  sessionEnds(reason: SmtpEnding): void;
}

export interface SmtpSessionOptions {
  readonly backend: SmtpBackend;
  readonly service: SmtpService;
  readonly peerAddress: string;
  readonly secure: boolean;
  readonly policy: SmtpPolicy;
  readonly timers: Timers;
  readonly wire: SmtpWire;
}

export interface OpenTransaction {
  readonly mail: SmtpTransaction;
  readonly utf8: boolean;
  accepted: number;
  refused: number;
}

export class SmtpState {
  readonly backend: SmtpBackend;
  readonly service: SmtpService;
  secure: boolean;
  greeted = false;
  account: SmtpAccount | undefined;
  transaction: OpenTransaction | undefined;
  failedLogins = 0;

  constructor(readonly options: SmtpSessionOptions) {
    this.backend = options.backend;
    this.service = options.service;
    this.secure = options.secure;
  }

  get limits(): SmtpLimits {
    return this.backend.limits(this.service);
  }

  /** The reply to whatever a backend threw: a refusal is counted, anything else reported. */
  replyTo(error: unknown): Reply {
    if (error instanceof Refusal) this.backend.countRefusal(error.code);
    else this.backend.reportBug(error);
    return replyFor(error, this.service);
  }

  /** Forgets the transaction without delivering anything. */
  async dropTransaction(): Promise<void> {
    const open = this.transaction;
    this.transaction = undefined;
    await this.discard(open?.mail);
  }

  async discard(mail: SmtpTransaction | undefined): Promise<void> {
    try {
      await mail?.discard();
    } catch (error) {
      this.backend.reportBug(error);
    }
  }

  /** After STARTTLS nothing that was said before it counts (RFC 3207 §4.2). */
  startOver(): void {
    this.secure = true;
    this.greeted = false;
  }
}
