/**
 * A native TLS connection as a `node:` stream, for packages that want one. It
 * decrypts faster than `node:tls`, and reads no further than it is consumed:
 * a peer that sends faster than we work waits in its own memory.
 *
 * @module
 */
import { Duplex } from "node:stream";
import { plainAddress } from "../base/peer_address.ts";

const SMALLEST_READ = 4096; // a peer that fills it gets larger ones
const LARGEST_READ = 16_384; // what one TLS record holds (RFC 8446 §5.1)
const MOST_SPARE = 16;

type Done = (error?: Error | null) => void;

export class NativeSocket extends Duplex {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly #connection: Deno.TlsConn;
  readonly #spare: Uint8Array<ArrayBuffer>[] = [];
  #readSize = SMALLEST_READ;

  constructor(connection: Deno.TlsConn) {
    super({ allowHalfOpen: false, readableHighWaterMark: LARGEST_READ });
    this.#connection = connection;
    const remote = connection.remoteAddr as Deno.NetAddr;
    const local = connection.localAddr as Deno.NetAddr;
    this.remoteAddress = plainAddress(remote.hostname);
    this.remotePort = remote.port;
    this.localAddress = plainAddress(local.hostname);
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
    this.#send(chunk).then(() => done(), done);
  }

  override _final(done: Done): void {
    this.#connection.closeWrite().then(() => done(), () => done());
  }

  override _destroy(error: Error | null, done: Done): void {
    try {
      this.#connection.close();
    } catch {
      // closed before
    }
    done(error);
  }

  async #send(octets: Uint8Array): Promise<void> {
    let at = 0;
    while (at < octets.length) {
      at += await this.#connection.write(
        at === 0 ? octets : octets.subarray(at),
      );
    }
  }
}
