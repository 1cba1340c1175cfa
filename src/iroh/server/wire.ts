/** A connection of a client, after the upgrade. @module */
export interface Wire {
  /** The next octets; undefined when the peer has closed. @throws {Error} when the connection is lost */
  read(): Promise<Uint8Array | undefined>;
  /** Takes back an array that read() gave, of which nobody holds anything. */
  release(octets: Uint8Array): void;
  /** Resolves when the kernel has them. @throws {Error} when the connection is lost */
  write(octets: Uint8Array): Promise<void>;
  /** Ends it after what was written. Safe to repeat. */
  close(): void;
  /** Ends it at once. Safe to repeat. */
  abort(): void;
}

/** The same of a WebSocket: whole messages, of which texts are nothing to us. */
export interface MessageWire {
  receive(): Promise<string | Uint8Array | undefined>;
  send(message: Uint8Array): Promise<void>;
  /** @param code RFC 6455 §7.4 */
  close(code: number): void;
}
