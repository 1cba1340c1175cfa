/** What SMTP needs of a connection; net/ has the real ones. */
export interface Wire {
  /** IP address of the peer, without brackets or zone. */
  readonly peerAddress: string;
  readonly secure: boolean;
  /** Octets that are there and that read() has not given yet, as far as is known. */
  readonly arrivedOctets: number;
  /** The next octets, or undefined when the peer has closed. @throws when the connection is lost */
  read(): Promise<Uint8Array | undefined>;
  /** Takes back what read() gave, and nobody holds any of: its memory may be used again. */
  release?(octets: Uint8Array): void;
  /** Resolves when the kernel has all of it. @throws when the connection is lost */
  write(octets: Uint8Array): Promise<void>;
  /** Says that nothing more will be written. @throws when the connection is lost */
  closeWrite(): Promise<void>;
  /** Server side of STARTTLS, after these octets in clear. @throws when the handshake fails, or something came before it */
  startTls(last: Uint8Array): Promise<void>;
  /** Ends the connection after what has been written. Safe to repeat. */
  close(): void;
  /** Ends it at once, whatever the peer has not taken. Safe to repeat. */
  abort(): void;
  /** Resolves when its descriptor is free. */
  readonly gone: Promise<void>;
}
