/**
 * Whether mail comes in from other servers, and which of it is believed.
 *
 * @module
 */
import type { AccountId } from "../base/ids.ts";
import type { Refusal } from "../base/refusal.ts";
import type { Address } from "../mail/address.ts";
import type { Header } from "../mail/header.ts";
import type { ForeignOrigin } from "./origin.ts";

export interface Inbound {
  /** Why no message is taken from another server; undefined if they are. */
  refusal(): "federation_off" | undefined;
  /** Whether mail of a canonical domain is taken. */
  admits(domain: string): boolean;
  /** Who has not shown who it is learns nothing of accounts over HTTP. */
  hidesAccounts(): boolean;
  /** Looks on as one message passes. */
  examine(origin: ForeignOrigin): Examination;
  /** Whether a report is about mail that the account has sent lately. */
  isAwaited(report: ReceivedReport): Promise<boolean>;
}

/** One message, looked at as it came: before anything of it is changed. */
export interface Examination {
  /** Once, before the body. */
  header(header: Header): Promise<void>;
  body(octets: Uint8Array): void;
  /** What the header alone is refused for. */
  readonly refusal: Refusal | undefined;
  /** The message is whole. @throws {Refusal} why it is not believed */
  finish(): Promise<Judgement>;
  /** Somebody here has got the message. */
  taken(sizeOctets: number): void;
  /** Nobody has: its server was told so. */
  refused(): void;
}

export interface Judgement {
  /** undefined if no server can have it. */
  readonly author: Address | undefined;
  /** Of its author, canonical. */
  readonly domain: string;
  /** The domain has signed it, or is the IP address that it came from. */
  readonly authenticated: boolean;
}

export interface ReceivedReport {
  readonly account: AccountId;
  /** Of its author, canonical. */
  readonly domain: string;
  /** Of the message that it is about, with angle brackets. */
  readonly messageId: string | undefined;
}
