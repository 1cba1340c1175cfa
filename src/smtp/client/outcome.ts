/** What is sent, and what became of it. @module */
import type { SmtpReply } from "./reply_receiver.ts";

export interface OutgoingMessage {
  /** Without brackets; empty is the null reverse-path. */
  readonly reversePath: string;
  /** Forward-paths without brackets, at least one. */
  readonly recipients: readonly string[];
  readonly sizeOctets: number;
  /** An address or header field is not ASCII (RFC 6531 §3.4). */
  readonly utf8: boolean;
  /** The body has octets above 127. */
  readonly eightBit: boolean;
  /** With CRLF at every line end. */
  content(): AsyncIterable<Uint8Array>;
}

export interface RefusedForwardPath {
  readonly recipient: string;
  readonly reply: SmtpReply;
}

export type SmtpOutcome =
  | {
    readonly kind: "accepted";
    /** The reply after the content. */
    readonly reply: SmtpReply;
    /** Who does not get it nevertheless. */
    readonly refused: readonly RefusedForwardPath[];
  }
  | {
    readonly kind: "recipients_refused";
    readonly refused: readonly RefusedForwardPath[];
  }
  | {
    readonly kind: "refused";
    readonly at: "mail" | "data" | "content";
    readonly reply: SmtpReply;
  };

/**
 * Why a connection is of no more use. `refused`: a greeting, EHLO or STARTTLS
 * was; `tls`: the handshake failed; `closing`: 421.
 */
export type SmtpTroubleKind =
  | "refused"
  | "tls"
  | "timeout"
  | "lost"
  | "closing"
  | "protocol";

export class SmtpTrouble extends Error {
  override readonly name = "SmtpTrouble";
  /** The peer was not told of the end of the content: it cannot have the message. */
  untouched = true;
  constructor(
    readonly kind: SmtpTroubleKind,
    message: string,
    readonly reply?: SmtpReply,
  ) {
    super(message);
  }
}

/** What EHLO has offered. */
export interface Extensions {
  readonly startTls: boolean; // RFC 3207
  readonly pipelining: boolean; // RFC 2920
  readonly eightBit: boolean; // RFC 6152
  readonly utf8: boolean; // RFC 6531
  readonly size: boolean; // RFC 1870
  /** Largest message in octets, where one is named and not 0. */
  readonly maxSizeOctets?: number;
}

/** @param lines of the reply to EHLO after its first, such as `SIZE 1000` */
export function parseExtensions(lines: readonly string[]): Extensions {
  const offered = new Map(lines.map((line) => {
    const [keyword = "", argument = ""] = line.trim().split(" ", 2);
    return [keyword.toUpperCase(), argument];
  }));
  const size = offered.get("SIZE") ?? "";
  const maxSizeOctets = /^\d{1,15}$/.test(size) ? Number(size) : 0;
  return {
    startTls: offered.has("STARTTLS"),
    pipelining: offered.has("PIPELINING"),
    eightBit: offered.has("8BITMIME"),
    utf8: offered.has("SMTPUTF8"),
    size: offered.has("SIZE"),
    ...(maxSizeOctets > 0 ? { maxSizeOctets } : {}),
  };
}
