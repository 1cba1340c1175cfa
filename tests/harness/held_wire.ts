/** A connection that a test holds in its hands. @module */
import type { Wire } from "../../src/net/wire.ts";

export class HeldWire implements Wire {
  readonly peerAddress = "192.0.2.1";
  readonly secure = true;
  readonly gone = new Promise<void>(() => {});
  /** Each as hex. */
  readonly written: string[] = [];
  reads = 0;
  end: "aborted" | "closed" | "half" | undefined;
  /** While set, nothing is taken. */
  isStuck = false;
  readonly #arrived: (Uint8Array | undefined)[] = [];
  #reading: PromiseWithResolvers<Uint8Array | undefined> | undefined;
  #writing: PromiseWithResolvers<void> | undefined;

  get writtenOctets(): number {
    return this.written.join("").length / 2;
  }

  read(): Promise<Uint8Array | undefined> {
    this.reads++;
    if (this.#arrived.length > 0) return Promise.resolve(this.#arrived.shift());
    this.#reading = Promise.withResolvers();
    return this.#reading.promise;
  }

  /** undefined: it closes. */
  async arrive(octets: Uint8Array | undefined): Promise<void> {
    const reading = this.#reading;
    this.#reading = undefined;
    if (reading) reading.resolve(octets);
    else this.#arrived.push(octets);
    await settle();
  }

  release(): void {}

  write(octets: Uint8Array): Promise<void> {
    this.written.push(octets.toHex());
    if (!this.isStuck) return Promise.resolve();
    this.#writing = Promise.withResolvers();
    return this.#writing.promise;
  }

  take(): void {
    this.#writing?.resolve();
  }

  closeWrite(): Promise<void> {
    this.end = "half";
    return Promise.resolve();
  }

  startTls(): Promise<void> {
    return Promise.reject(new TypeError());
  }

  close(): void {
    this.end = "closed";
    this.#reading?.reject(new Error("closed"));
  }

  abort(): void {
    this.end = "aborted";
    this.#reading?.reject(new Error("aborted"));
    this.#writing?.reject(new Error("aborted"));
  }
}

/** All that does not wait for more has been done. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
}
