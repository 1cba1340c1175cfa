/** What IMAP needs of a connection; net/ has the real ones. */
export interface Wire {
  /** IP address of the peer, without brackets or zone. */
  readonly peerAddress: string;
  readonly secure: boolean;
  /** The next octets, or undefined when the peer has closed. @throws when the connection is lost */
  read(): Promise<Uint8Array | undefined>;
  /** Resolves when the octets are handed on. @throws when the connection is lost */
  write(octets: Uint8Array): Promise<void>;
  /** Server side of STARTTLS, after these octets in clear. @throws when the handshake fails, or something came before it */
  startTls(last: Uint8Array): Promise<void>;
  /** Ends the connection after what has been written. Safe to repeat. */
  close(): void;
  /** Ends it at once, whatever the peer has not taken. Safe to repeat. */
  abort(): void;
}
