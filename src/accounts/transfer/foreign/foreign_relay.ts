/** Accounts and mail of another relay, as readers of its files give them. @module */
import type { SpecialUse } from "../../../mail/mailbox.ts";

export interface ForeignMessage {
  /** Undefined: it had none that could be relied on. */
  readonly uid?: number;
  /** By which it is the same message when it is read again. */
  readonly name: string;
  /** Seconds since 1970 UTC. */
  readonly internalDate: number;
  readonly flags: number;
  readonly keywords: readonly string[];
  readonly sizeOctets: number;
  /** As they are stored. @throws {UnreadableMessage} */
  octets(): AsyncIterable<Uint8Array>;
}

export interface ForeignMailbox {
  /** With "/" between levels. */
  readonly name: string;
  readonly specialUse?: SpecialUse;
  readonly subscribed: boolean;
  /** Undefined: UIDs were not kept, or cannot be read. */
  readonly uidValidity?: number;
  readonly uidNext?: number;
  /** Those with a UID first, by it. */
  readonly messages: readonly ForeignMessage[];
}

export interface ForeignAccount {
  /** As `AccountImport` reads it. */
  readonly entry: Readonly<Record<string, unknown>> & {
    readonly username: string;
  };
  readonly pushTokens: readonly string[];
  /** Read anew each time; what cannot be read is told, and left out. */
  mailboxes(tell: (problem: string) => void): AsyncIterable<ForeignMailbox>;
}

/** A message that cannot be taken over, and why. */
export class UnreadableMessage extends Error {
  override readonly name = "UnreadableMessage";
}
