/**
 * What a peer sends while the session works, up to a limit: then the peer waits.
 *
 * It lets a message arrive while the part before it is stored, and shows what
 * came before its time, and that the peer has left. In clear nothing is read
 * that was not asked for: it would be taken for something said after STARTTLS.
 *
 * @module
 */
import type { Wire } from "./wire.ts";

const HIGH_WATER_OCTETS = 128 * 1024;
const MOST_CHUNKS = 16; // however small they are

export class ReadAhead {
  readonly #wire: Wire;
  readonly #queue: Uint8Array[] = [];
  #queuedOctets = 0;
  #reading = false;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** Octets that are here and that next() has not given yet, as far as is known. */
  get octets(): number {
    return this.#queuedOctets + this.#wire.arrivedOctets;
  }

  /** The next octets, or undefined when the peer has closed. @throws when the connection is lost */
  async next(): Promise<Uint8Array | undefined> {
    while (true) {
      const octets = this.#queue.shift();
      if (octets) {
        this.#queuedOctets -= octets.length;
        if (this.#wire.secure) this.#read();
        return octets;
      }
      if (this.#failure) throw this.#failure.error;
      if (this.#ended) return undefined;
      this.#read();
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  /** Reads until enough has come; in clear, until something has. */
  #read(): void {
    if (this.#reading || this.#ended || this.#failure) return;
    this.#reading = true;
    this.#wire.read().then(this.#take, this.#lose);
  }

  readonly #take = (octets: Uint8Array | undefined) => {
    this.#reading = false;
    if (octets) {
      this.#queue.push(octets);
      this.#queuedOctets += octets.length;
    } else this.#ended = true;
    if (this.#wire.secure && !this.#isEnough()) this.#read();
    this.#signal();
  };

  readonly #lose = (error: unknown) => {
    this.#reading = false;
    this.#failure = { error };
    this.#wire.close();
    this.#signal();
  };

  #isEnough(): boolean {
    return this.#ended || this.#queuedOctets >= HIGH_WATER_OCTETS ||
      this.#queue.length >= MOST_CHUNKS;
  }

  #signal(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
