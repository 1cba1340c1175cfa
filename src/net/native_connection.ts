/**
 * A connection on Deno's own socket, with TLS or in clear, of which the end is
 * sure: whatever is pending, `end()` and `abort()` free its descriptor.
 *
 * @module
 */
import { resetConnection } from "./descriptors/connection_resets.ts";
import { plainAddress } from "../base/peer_address.ts";

/** How long a peer may take what was written last, before the end is made without it. */
export const END_GRACE_MS = 5000;

export class NativeConnection {
  readonly #connection: Deno.TlsConn | Deno.TcpConn;
  readonly #carriedFor: string | undefined;
  /** Resolves when the descriptor is free. */
  readonly gone: Promise<void>;
  #leave!: () => void;
  #writes = 0; // that are pending
  #established = false; // something was written, so the handshake is over
  #ending: ReturnType<typeof setTimeout> | undefined;
  #aborted = false;

  /** @param carriedFor Whose it is, if a service of ours made it for somebody else. */
  constructor(
    connection: Deno.TlsConn | Deno.TcpConn,
    carriedFor?: string,
  ) {
    this.#connection = connection;
    this.#carriedFor = carriedFor;
    this.gone = new Promise((resolve) => this.#leave = resolve);
  }

  get secure(): boolean {
    return "handshake" in this.#connection;
  }

  get remote(): { readonly address: string; readonly port: number } {
    const { address, port } = plain(
      this.#connection.remoteAddr as Deno.NetAddr,
    );
    return { address: this.#carriedFor ?? address, port };
  }

  get local(): { readonly address: string; readonly port: number } {
    return plain(this.#connection.localAddr as Deno.NetAddr);
  }

  /** The handshake is over, and all that was written is with the kernel: it can end in peace. */
  get isSettled(): boolean {
    return this.#established && this.#writes === 0;
  }

  /**
   * Completes the handshake; gives the protocol that it agreed on, if any
   * (RFC 7301 §3.2).
   *
   * @throws {Error} when it fails, or the connection is lost or ended
   */
  async handshake(): Promise<string | undefined> {
    if (!("handshake" in this.#connection)) {
      throw new TypeError("The connection is in clear");
    }
    const { alpnProtocol } = await this.#connection.handshake();
    this.#established = true;
    return alpnProtocol ?? undefined;
  }

  /** As `Deno.Conn.read`. @throws {Error} when the connection is lost or ended */
  read(buffer: Uint8Array): Promise<number | null> {
    return this.#connection.read(buffer);
  }

  /** Resolves when the kernel has all of it. @throws {Error} when the connection is lost */
  async write(octets: Uint8Array): Promise<void> {
    this.#writes++;
    try {
      let at = 0;
      while (at < octets.length) {
        at += await this.#connection.write(
          at === 0 ? octets : octets.subarray(at),
        );
      }
      this.#established = true;
    } finally {
      this.#writes--;
    }
  }

  /** Says that nothing more will be written, after all that was. @throws {Error} when the connection is lost */
  async closeWrite(): Promise<void> {
    await this.#connection.closeWrite();
  }

  /** Ends after what was written; without it if the peer does not take it in time. Safe to repeat. */
  end(graceMs = END_GRACE_MS): void {
    if (this.#ending !== undefined || this.#aborted) return;
    this.#ending = setTimeout(() => this.abort(), graceMs);
    void this.#release();
  }

  /** Ends at once, whatever is pending. Safe to repeat. */
  abort(): void {
    if (this.#aborted) return;
    this.#aborted = true;
    const { localAddr, remoteAddr } = this.#connection;
    const endpoints = {
      local: localAddr as Deno.NetAddr,
      remote: remoteAddr as Deno.NetAddr,
    };
    void resetConnection(endpoints).then(() => this.#release());
  }

  /**
   * Closes once nothing is pending: what Deno still had to write would otherwise
   * keep the descriptor open behind our back.
   */
  async #release(): Promise<void> {
    try {
      await this.#connection.closeWrite();
    } catch {
      // lost, or reset
    }
    clearTimeout(this.#ending);
    try {
      this.#connection.close();
    } catch {
      // the other way to the end was faster
    }
    this.#leave();
  }
}

function plain({ hostname, port }: Deno.NetAddr) {
  return { address: plainAddress(hostname), port };
}
