/**
 * One way that was tried to bring mail to another relay, for statistics: also
 * one that failed before another one did it.
 *
 * @module
 */

/** As `DeliveryNote.transport` has it. */
export type WayName = "https" | "http" | "smtp" | "smtps";

export type SeenResult =
  | "delivered"
  /** Refused for good, or until another attempt; the peer has answered. */
  | "refused"
  | "deferred"
  /** No connection, no TLS, no answer in time. */
  | "unreached";

export interface AttemptSeen {
  /** Canonical. */
  readonly destination: string;
  /** Host name or IP address that was asked. */
  readonly host: string;
  readonly way: WayName;
  readonly result: SeenResult;
  /** For people, one line; absent when it was delivered. */
  readonly text?: string;
  readonly recipients: number;
  readonly tookMs: number;
  readonly sizeOctets: number;
  /** Absent without TLS. */
  readonly tlsVerified?: boolean;
}
