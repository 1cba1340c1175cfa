/** Both ends of a connection in memory. @module */
import { concat } from "../../src/base/octets.ts";
import type { Wire } from "../../src/shadowsocks/server/wire.ts";

/** The end of whoever is tested, and that of the test. */
export function wirePair(peerAddress: string): [Wire, WireEnd] {
  const end = new WireEnd();
  return [new TestedWire(peerAddress, end), end];
}

export class WireEnd {
  readonly arriving: Uint8Array[] = [];
  readonly #gone = Promise.withResolvers<void>();
  #wake: (() => void) | undefined;
  #taken: Uint8Array[] = [];
  /** The test has ended its direction. */
  isDone = false;
  /** The other end has said that no more comes. */
  hasEnded = false;
  /** The other end is no more. */
  isOver = false;

  send(octets: Uint8Array): void {
    this.arriving.push(octets.slice());
    this.#wake?.();
  }

  end(): void {
    this.isDone = true;
    this.#wake?.();
  }

  /** What the other end has written. */
  get received(): Uint8Array {
    return concat(this.#taken);
  }

  get text(): string {
    return new TextDecoder().decode(this.received);
  }

  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  /** Until everybody has nothing more to do. */
  async settle(): Promise<void> {
    for (let i = 0; i < 5; i++) {
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }

  take(octets: Uint8Array): void {
    this.#taken.push(octets.slice());
  }

  async arrival(): Promise<void> {
    await new Promise<void>((resolve) => this.#wake = resolve);
  }

  over(): void {
    this.hasEnded = this.isOver = true;
    this.#wake?.();
    this.#gone.resolve();
  }
}

class TestedWire implements Wire {
  constructor(readonly peerAddress: string, readonly end: WireEnd) {}

  get gone(): Promise<void> {
    return this.end.gone;
  }

  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      if (this.end.isOver) throw new Error("The connection is lost");
      const octets = this.end.arriving.shift();
      if (octets) return octets;
      if (this.end.isDone) return undefined;
      await this.end.arrival();
    }
  }

  /** What is given back is used for something else at once. */
  release(octets: Uint8Array): void {
    octets.fill(0xee);
  }

  write(octets: Uint8Array): Promise<void> {
    if (this.end.isOver) return Promise.reject(new Error("Lost"));
    this.end.take(octets);
    return Promise.resolve();
  }

  closeWrite(): Promise<void> {
    this.end.hasEnded = true;
    return Promise.resolve();
  }

  close(): void {
    this.end.over();
  }

  abort(): void {
    this.end.over();
  }
}
