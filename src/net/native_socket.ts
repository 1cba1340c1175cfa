/**
 * A native TLS connection as a `node:` stream, for packages that want one. It
 * decrypts faster than `node:tls`, and reads no further than it is consumed:
 * a peer that sends faster than we work waits in its own memory.
 *
 * @module
 */
import { Duplex } from "node:stream";
import type { NativeConnection } from "./native_connection.ts";

const SMALLEST_READ = 4096; // a peer that fills it gets larger ones
const LARGEST_READ = 16_384; // what one TLS record holds (RFC 8446 §5.1)
const MOST_SPARE = 16;
const FAREWELL_MS = 1000; // for the end of TLS, once nobody wants the socket

type Done = (error?: Error | null) => void;

export class NativeSocket extends Duplex {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly #connection: NativeConnection;
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];
  #readSize = SMALLEST_READ;

  constructor(connection: NativeConnection) {
    super({ allowHalfOpen: false, readableHighWaterMark: LARGEST_READ });
    this.#connection = connection;
    const { remote, local } = this.#connection;
    this.remoteAddress = remote.address;
    this.remotePort = remote.port;
    this.localAddress = local.address;
    this.localPort = local.port;
  }

  /**
   * The reader is done with this chunk, and nobody else holds any of it: its
   * memory is used for a later one, where garbage would pile up.
   */
  release(chunk: Uint8Array<ArrayBuffer>): void {
    if (chunk.buffer.byteLength !== LARGEST_READ) return;
    if (this.#spare.length < MOST_SPARE) {
      this.#spare.push(new Uint8Array(chunk.buffer));
    }
  }

  override _read(): void {
    const spare = this.#readSize === LARGEST_READ
      ? this.#spare.pop()
      : undefined;
    const buffer = spare ?? new Uint8Array(this.#readSize);
    this.#connection.read(buffer).then(
      (count) => {
        if (count === null) return void this.push(null);
        this.#readSize = count === buffer.length
          ? LARGEST_READ
          : count < SMALLEST_READ
          ? SMALLEST_READ
          : this.#readSize;
        if (this.#readSize < LARGEST_READ) this.#spare.length = 0;
        this.push(buffer.subarray(0, count));
      },
      (error) => this.destroy(error),
    );
  }

  override _write(chunk: Uint8Array, _encoding: string, done: Done): void {
    this.#connection.write(chunk).then(() => done(), done);
  }

  override _final(done: Done): void {
    this.#connection.closeWrite().then(() => done(), () => done());
  }

  /** The "close" event comes when the descriptor is free. */
  override _destroy(error: Error | null, done: Done): void {
    if (this.#connection.isSettled) this.#connection.end(FAREWELL_MS);
    else this.#connection.abort();
    this.#connection.gone.then(() => done(error));
  }
}
