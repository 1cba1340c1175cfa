/** What mail over HTTP needs of the relay; app/ passes the real thing in. @module */
import type { Login } from "../../accounts/login.ts";
import type { LiveSession } from "../../accounts/session_registry.ts";
import type { Clock, Timers } from "../../base/clock.ts";
import type { AccountId } from "../../base/ids.ts";
import type { Random } from "../../base/random.ts";
import type { RefusalCode } from "../../base/refusal.ts";
import type { Secret } from "../../base/secret.ts";
import type { HttpPeer } from "../../http/peer.ts";
import type { AccountMail } from "../../mail/account_mail.ts";
import type { Address } from "../../mail/address.ts";

/** What an operator has chosen, now. */
export interface WebmailOptions {
  readonly webimap: boolean;
  readonly websmtp: boolean;
  /** Of web pages elsewhere that may ask; `*` is all. */
  readonly corsOrigins: readonly string[];
  readonly allowQueryPassword: boolean;
  readonly maxSocketsPerAccount: number;
  readonly maxSocketsPerIp: number;
  readonly longPollMaxSeconds: number;
  /** 0: no limit. */
  readonly requestsPerMinute: number;
  readonly maxMessageOctets: number;
  /** The site hides: who does not know the way in is told nothing. */
  readonly hides: boolean;
}

/** A message on its way in, as submission takes it. */
export interface WebTransaction {
  /** @throws {Refusal | SyntaxError} */
  addRecipient(forwardPath: string): Promise<void>;
  /** @param octets With CRLF at every line end. */
  write(octets: Uint8Array): Promise<void>;
  /** @throws {Refusal} why nobody gets it */
  finish(): Promise<void>;
  discard(): Promise<void>;
}

/** An account as somebody uses it who has logged in. */
export interface WebAccount {
  readonly id: AccountId;
  readonly address: Address;
  readonly mail: AccountMail;
  /** A session that ends when the account, its password or a block says so; to be released. */
  hold(): LiveSession;
  /** @throws {Refusal} */
  begin(sizeOctets: number): Promise<WebTransaction>;
  countTraffic(received: number, sent: number): void;
  /** Ends all sessions that logged in with another. @throws {Refusal} `password_too_short`, `password_invalid` */
  setPassword(password: string): Promise<void>;
  /** With all that it holds; nobody else gets its name. */
  remove(): Promise<void>;
  /** @throws {Refusal} `policy_rejection` if nobody may, `too_many_requests` */
  invite(): Promise<WebInvitation>;
}

export interface WebInvitation {
  readonly token: string;
  /** Where whoever has it signs up. */
  readonly url: string;
  /** Seconds since 1970 UTC. */
  readonly expiresAt: number;
  /** How many more this month. */
  readonly left: number;
}

export interface WebmailBackend {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  /** As it is now. */
  options(): WebmailOptions;
  /** Whether credentials may travel on this connection. */
  isSafe(peer: HttpPeer): boolean;
  /** `https://host[:port]` of us, for who asks under this name. */
  publicUrl(host: string): string;
  /** All names and addresses that are us. */
  hosts(): readonly string[];
  /** Creates nobody. @throws {Refusal} `bad_credentials`, `account_inactive`, `too_many_attempts`, `busy`, `unavailable` */
  login(address: string, password: Secret, peer: HttpPeer): Promise<Login>;
  account(login: Login, peer: HttpPeer): WebAccount;
  /** Calls when one of both services is switched off. Returns how to stop. */
  onSwitch(listener: () => void): () => void;
  countRefusal(code: RefusalCode): void;
  reportBug(error: unknown): void;
}
