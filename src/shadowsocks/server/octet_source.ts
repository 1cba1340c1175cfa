/** What a peer sends, in the pieces that are asked for. @module */
import { concat } from "../../base/octets.ts";
import type { Wire } from "./wire.ts";

export class OctetSource {
  readonly #wire: Pick<Wire, "read" | "release">;
  #held: Uint8Array = new Uint8Array(0);
  /** What the last read brought, while nothing else is held. */
  #lent: Uint8Array | undefined;

  constructor(wire: Pick<Wire, "read" | "release">) {
    this.#wire = wire;
  }

  /** Lent until the next fill(); undefined while so much is not there. */
  take(count: number): Uint8Array | undefined {
    if (this.#held.length < count) return undefined;
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    return taken;
  }

  /** Octets that are here and were not taken. */
  get pending(): number {
    return this.#held.length;
  }

  /** Reads on; false when the peer has closed. @throws {Error} when the connection is lost */
  async fill(): Promise<boolean> {
    if (this.#lent && this.#held.length === 0) this.#wire.release(this.#lent);
    this.#lent = undefined;
    const octets = await this.#wire.read();
    if (octets === undefined) return false;
    if (this.#held.length === 0) this.#held = this.#lent = octets;
    else {
      this.#held = concat([this.#held, octets]);
      this.#wire.release(octets);
    }
    return true;
  }

  /** As take(), once it is there; undefined if the peer closes before. */
  async exactly(count: number): Promise<Uint8Array | undefined> {
    for (;;) {
      const taken = this.take(count);
      if (taken) return taken;
      if (!await this.fill()) return undefined;
    }
  }
}
