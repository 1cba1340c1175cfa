/**
 * A native TLS connection as a `Wire`: the cheapest one to keep open.
 *
 * @module
 */
import { plainAddress } from "../base/peer_address.ts";
import type { Wire } from "./wire.ts";

// Most sessions wait for a peer that says nothing for minutes: what they hold
// meanwhile is a small buffer. A peer that fills it gets larger ones.
const SMALLEST_READ = 512;
const LARGEST_READ = 65_536;

export class NativeWire implements Wire {
  readonly secure = true;
  readonly peerAddress: string;
  #readSize = SMALLEST_READ;
  #closed = false;

  constructor(readonly connection: Deno.TlsConn) {
    this.peerAddress = plainAddress(
      (connection.remoteAddr as Deno.NetAddr).hostname,
    );
  }

  async read(): Promise<Uint8Array | undefined> {
    const buffer = new Uint8Array(this.#readSize);
    const count = await this.connection.read(buffer);
    if (count === null) return undefined;
    this.#readSize = count === buffer.length
      ? Math.min(this.#readSize * 8, LARGEST_READ)
      : count < SMALLEST_READ
      ? SMALLEST_READ
      : this.#readSize;
    return buffer.subarray(0, count);
  }

  async write(octets: Uint8Array): Promise<void> {
    let at = 0;
    while (at < octets.length) {
      at += await this.connection.write(
        at === 0 ? octets : octets.subarray(at),
      );
    }
  }

  startTls(): Promise<void> {
    return Promise.reject(new TypeError("The connection is secure already"));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.connection.close();
  }
}
