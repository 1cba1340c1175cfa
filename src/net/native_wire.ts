/**
 * A native TLS connection as a `Wire`: the cheapest one to keep open.
 *
 * @module
 */
import type { NativeConnection } from "./native_connection.ts";
import type { Wire } from "./wire.ts";

// Most sessions wait for a peer that says nothing for minutes: what they hold
// meanwhile is a small buffer. A peer that fills it gets larger ones.
const SMALLEST_READ = 512;
const LARGEST_READ = 65_536;

export class NativeWire implements Wire {
  readonly secure = true;
  readonly peerAddress: string;
  readonly #connection: NativeConnection;
  #readSize = SMALLEST_READ;

  constructor(connection: NativeConnection) {
    this.#connection = connection;
    this.peerAddress = this.#connection.remote.address;
  }

  get gone(): Promise<void> {
    return this.#connection.gone;
  }

  async read(): Promise<Uint8Array | undefined> {
    const buffer = new Uint8Array(this.#readSize);
    const count = await this.#connection.read(buffer);
    if (count === null) return undefined;
    this.#readSize = count === buffer.length
      ? Math.min(this.#readSize * 8, LARGEST_READ)
      : count < SMALLEST_READ
      ? SMALLEST_READ
      : this.#readSize;
    return buffer.subarray(0, count);
  }

  write(octets: Uint8Array): Promise<void> {
    return this.#connection.write(octets);
  }

  closeWrite(): Promise<void> {
    return this.#connection.closeWrite();
  }

  startTls(): Promise<void> {
    return Promise.reject(new TypeError("The connection is secure already"));
  }

  close(): void {
    this.#connection.end();
  }

  abort(): void {
    this.#connection.abort();
  }
}
