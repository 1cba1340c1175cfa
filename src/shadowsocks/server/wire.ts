/** A connection, to a client or to a service of ours. @module */
export interface Wire {
  /** IP address of the peer, without brackets. */
  readonly peerAddress: string;
  /** The next octets; undefined when the peer has closed. @throws {Error} when the connection is lost */
  read(): Promise<Uint8Array | undefined>;
  /** Takes back an array that read() gave, of which nobody holds anything. */
  release(octets: Uint8Array): void;
  /** Resolves when the kernel has them. @throws {Error} when the connection is lost */
  write(octets: Uint8Array): Promise<void>;
  /** Says that nothing more will be written; reading goes on. */
  closeWrite(): Promise<void>;
  /** Ends it after what was written. Safe to repeat. */
  close(): void;
  /** Ends it at once. Safe to repeat. */
  abort(): void;
  /** Resolves when its descriptor is free. */
  readonly gone: Promise<void>;
}
