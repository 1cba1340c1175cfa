/**
 * A native connection as a `Wire`: the cheapest one to keep open.
 *
 * @module
 */
import type { Meter } from "../observe/traffic.ts";
import { inTurn } from "./loop/event_loop.ts";
import type { NativeConnection } from "./native_connection.ts";
import type { Wire } from "./wire.ts";

// Most sessions wait for a peer that says nothing for minutes: what they hold
// meanwhile is a small buffer. A peer that fills it gets larger ones.
const SMALL_READ = 512;
const LARGEST_READ = 16_384; // what one TLS record holds (RFC 8446 §5.1)
const MOST_SPARE = 16;

export class NativeWire implements Wire {
  readonly secure: boolean;
  readonly peerAddress: string;
  readonly #connection: NativeConnection;
  #spare: ArrayBuffer[] | undefined; // of LARGEST_READ
  readonly #smallestRead: number;
  #meter: Meter | undefined;
  #readSize: number;

  /** @param smallestRead Octets that a silent peer costs, and most requests of the protocol fit in. */
  constructor(
    connection: NativeConnection,
    smallestRead = SMALL_READ,
    /** Of what protocols read and write. */
    meter?: Meter,
  ) {
    this.#meter = meter;
    this.#connection = connection;
    this.secure = connection.secure;
    this.#smallestRead = this.#readSize = smallestRead;
    this.peerAddress = this.#connection.remote.address;
  }

  get gone(): Promise<void> {
    return this.#connection.gone;
  }

  /** What is decrypted already cannot be seen before it is read. */
  get arrivedOctets(): number {
    return 0;
  }

  countAs(meter: Meter): void {
    this.#meter = meter;
  }

  /** Not async: what an async function holds would be there for each peer that says nothing. */
  read(): Promise<Uint8Array | undefined> {
    const buffer = this.#buffer();
    return this.#connection.read(buffer).then((count) =>
      count === null ? undefined : inTurn(this.#filled(buffer, count))
    );
  }

  #filled(buffer: Uint8Array, count: number): Uint8Array {
    if (this.#meter) this.#meter.received += count;
    this.#readSize = count === buffer.length
      ? Math.min(this.#readSize * 8, LARGEST_READ)
      : count < this.#smallestRead
      ? this.#smallestRead
      : this.#readSize;
    if (this.#readSize < LARGEST_READ) this.#spare = undefined;
    return buffer.subarray(0, count);
  }

  /**
   * Takes back an array that read() gave, of which nobody holds anything: its
   * memory is used for a later read, where garbage would pile up.
   */
  release({ buffer }: Uint8Array): void {
    if (buffer.byteLength !== LARGEST_READ) return;
    const spare = this.#spare ??= [];
    if (spare.length < MOST_SPARE) spare.push(buffer as ArrayBuffer);
  }

  write(octets: Uint8Array): Promise<void> {
    if (this.#meter) this.#meter.sent += octets.length;
    return this.#connection.write(octets).then(inTurn);
  }

  closeWrite(): Promise<void> {
    return this.#connection.closeWrite();
  }

  startTls(): Promise<void> {
    return Promise.reject(
      new TypeError("A native connection does not upgrade"),
    );
  }

  close(): void {
    this.#connection.end();
  }

  abort(): void {
    this.#connection.abort();
  }

  #buffer(): Uint8Array {
    const spare = this.#readSize === LARGEST_READ
      ? this.#spare?.pop()
      : undefined;
    return new Uint8Array(spare ?? new ArrayBuffer(this.#readSize));
  }
}
