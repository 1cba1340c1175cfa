/**
 * A connection as a protocol sees it, whatever carries it: the native TLS
 * socket, or a `node:` socket that can upgrade by STARTTLS.
 *
 * @module
 */
import type { Meter } from "../observe/traffic.ts";

export interface Wire {
  /** IP address of the peer, without brackets or zone. */
  readonly peerAddress: string;
  readonly secure: boolean;
  /**
   * The next octets, or undefined when the peer has closed. One read at a time.
   * The array is the caller's to keep.
   *
   * @throws {Error} when the connection is lost
   */
  read(): Promise<Uint8Array | undefined>;
  /**
   * Takes back an array that read() gave, of which nobody holds anything: garbage
   * of that size would pile up before it is collected.
   */
  release(octets: Uint8Array): void;
  /** Resolves when the octets are handed to the kernel: that is the back-pressure. */
  write(octets: Uint8Array): Promise<void>;
  /** From now on what passes is of this meter; absent where nothing is counted. */
  countAs?(meter: Meter): void;
  /** Says that nothing more will be written; reading goes on. @throws {Error} when the connection is lost */
  closeWrite(): Promise<void>;
  /**
   * Upgrades to TLS; rejects when the handshake fails, or when something has come
   * that was not read.
   *
   * @param last Said in clear before it, by a server: written ahead of this call,
   *   the peer's answer to it could arrive too early.
   */
  startTls(last?: Uint8Array): Promise<void>;
  /**
   * Ends the connection after what has been written, or without it if the peer
   * does not take it in time. Safe to repeat.
   */
  close(): void;
  /** Ends it at once, whatever is pending. Safe to repeat. */
  abort(): void;
  /** Resolves when its descriptor is free. */
  readonly gone: Promise<void>;
}
