/** What the configuration says about IMAP sessions. @module */

export interface ImapOptions {
  /** Lines of one command together, without literals. */
  readonly maxLineOctets: number;
  /** The same before login. */
  readonly maxPreauthLineOctets: number;
  /** Literals of one command together, but for the message of APPEND. */
  readonly maxLiteralOctets: number;
  /** The same before login. */
  readonly maxPreauthLiteralOctets: number;
  /** BAD responses, then BYE. */
  readonly maxBad: number;
  readonly maxPreauthBad: number;
  readonly maxLoginFailures: number;
  /** From the connection to the first octet it takes, and of STARTTLS. */
  readonly handshakeTimeoutMs: number;
  readonly preauthTimeoutMs: number;
  /** Logged in and neither idling nor sending commands. */
  readonly inactivityTimeoutMs: number;
  /** Between two octets of ours to an idling client. */
  readonly idleKeepaliveMs: number;
  /** How long EXPUNGE and FETCH notices wait for company in IDLE. */
  readonly noticeDelayMs: number;
  /** Longest wait for the peer to take what is written. */
  readonly writeStallMs: number;
}

export const DEFAULT_OPTIONS: ImapOptions = {
  maxLineOctets: 65_536,
  maxPreauthLineOctets: 32_768, // the longest ID (RFC 2971 §3.3)
  maxLiteralOctets: 65_536,
  maxPreauthLiteralOctets: 4096,
  maxBad: 50,
  maxPreauthBad: 10,
  maxLoginFailures: 3,
  handshakeTimeoutMs: 30_000,
  preauthTimeoutMs: 60_000,
  inactivityTimeoutMs: 1_800_000, // RFC 3501 §5.4
  idleKeepaliveMs: 120_000,
  noticeDelayMs: 2000,
  writeStallMs: 120_000,
};
