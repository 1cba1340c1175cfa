/** What receiving from other servers over HTTP needs of the relay; app/ passes the real thing in. @module */
import type { Peer } from "../../base/peer.ts";
import type { RefusalCode } from "../../base/refusal.ts";
import type { Meter } from "../../observe/traffic.ts";

/** One message of another server, from its envelope to the answer. */
export interface ServerMessage {
  /** @throws {SyntaxError} if it is no address */
  addRecipient(address: string): Promise<void>;
  /** Of the message as it came. */
  write(octets: Uint8Array): Promise<void>;
  /** The message is whole. When this resolves it is durable. @throws {Refusal} */
  finish(): Promise<void>;
  /** Forgets what is not finished. Safe at any time. */
  discard(): Promise<void>;
}

export interface MxdelivBackend {
  /** Of connections that bring mail. */
  readonly meter?: Meter;
  /** Whether requests are taken that come in clear. */
  takesPlain(): boolean;
  /** Largest message. */
  maxOctets(): number;
  /** @throws {Refusal} `too_many_requests` */
  enter(address: string): {
    /** So much of the body has come. @throws {Refusal} `busy` */
    hold(octets: number): void;
    leave(): void;
  };
  /** @throws {Refusal} */
  begin(
    envelope: {
      readonly peer: Peer;
      /** Without brackets; empty is the null reverse-path. */
      readonly reversePath: string;
      /** By which an exchanger is known; empty: none. */
      readonly token: string;
      readonly sizeOctets?: number;
    },
  ): Promise<ServerMessage>;
  /** A peer is told no. */
  countRefusal(code: RefusalCode): void;
  /** An error that is ours. Reported once; the peer is told to come again. */
  reportBug(error: unknown): void;
}
