/** SMTP as it is needed here; `smtp/client/` does it. @module */
import type {
  SmtpOutcomeShape,
  SmtpTroubleShape,
} from "../verdicts/smtp_verdict.ts";

/** What a session needs of a connection. */
export interface SessionWire {
  read(): Promise<Uint8Array | undefined>;
  write(octets: Uint8Array): Promise<void>;
  startTls(): Promise<void>;
  close(): void;
}

export interface SessionMessage {
  readonly reversePath: string;
  readonly recipients: readonly string[];
  readonly sizeOctets: number;
  readonly utf8: boolean;
  readonly eightBit: boolean;
  content(): AsyncIterable<Uint8Array>;
}

/** All but `quit` and `close` throw what `SmtpSessions.trouble` reads. */
export interface SmtpSession {
  readonly extensions: {
    readonly startTls: boolean;
    readonly utf8: boolean;
    readonly maxSizeOctets?: number;
  };
  /** Begun on this connection. */
  readonly transactions: number;
  greet(): Promise<void>;
  startTls(): Promise<void>;
  send(message: SessionMessage): Promise<SmtpOutcomeShape>;
  /** Never throws. */
  quit(): Promise<void>;
  close(): void;
}

export interface SessionTrouble extends SmtpTroubleShape {
  /** The peer cannot have the message. */
  readonly untouched: boolean;
}

export interface SmtpSessions {
  open(
    wire: SessionWire,
    options: {
      /** For EHLO. */
      readonly name: string;
      /** From the end of a small message to its reply. */
      readonly finalMs: number;
    },
  ): SmtpSession;
  /** What was thrown, if it tells of the connection or the peer. */
  trouble(error: unknown): SessionTrouble | undefined;
}
