/** A wire as a `node:` stream, for packages that want one. @module */
import { Duplex } from "node:stream";
import type { Wire } from "../../net/wire.ts";

type Done = (error?: Error | null) => void;

export class WireStream extends Duplex {
  readonly #wire: Wire;
  #arrived = 0;

  constructor(wire: Wire) {
    super({ allowHalfOpen: false });
    this.#wire = wire;
  }

  /** Octets that were read. */
  get arrived(): number {
    return this.#arrived;
  }

  override _read(): void {
    this.#wire.read().then(
      (octets) => {
        this.#arrived += octets?.length ?? 0;
        this.push(octets ?? null);
      },
      (error) => this.destroy(error),
    );
  }

  override _write(chunk: Uint8Array, _encoding: string, done: Done): void {
    this.#wire.write(chunk).then(() => done(), done);
  }

  override _final(done: Done): void {
    this.#wire.closeWrite().then(() => done(), () => done());
  }

  /** The "close" event comes when the connection is no more. */
  override _destroy(error: Error | null, done: Done): void {
    if (error) this.#wire.abort();
    else this.#wire.close();
    this.#wire.gone.then(() => done(error));
  }
}
