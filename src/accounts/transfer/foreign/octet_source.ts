/** Octets that come in pieces, taken as many at a time as a format says. @module */
import { UnreadableMessage } from "./foreign_relay.ts";

export class OctetSource {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #held = new Uint8Array();
  #isOver = false;

  constructor(octets: AsyncIterable<Uint8Array>) {
    this.#pieces = octets[Symbol.asyncIterator]();
  }

  /** The next ones, which stay; fewer at the end. */
  async peek(count: number): Promise<Uint8Array> {
    while (this.#held.length < count && !this.#isOver) {
      const { done, value } = await this.#pieces.next();
      if (done) this.#isOver = true;
      else {
        const joined = new Uint8Array(this.#held.length + value.length);
        joined.set(this.#held);
        joined.set(value, this.#held.length);
        this.#held = joined;
      }
    }
    return this.#held.subarray(0, count);
  }

  async isOver(): Promise<boolean> {
    return (await this.peek(1)).length === 0;
  }

  /** @throws {UnreadableMessage} if there are fewer, or it wants more than may be */
  async take(count: number, max: number): Promise<Uint8Array> {
    const taken = count > max ? new Uint8Array() : await this.peek(count);
    if (taken.length < count || count > max) {
      throw new UnreadableMessage("it is damaged");
    }
    this.#held = this.#held.subarray(count) as Uint8Array<ArrayBuffer>;
    return taken;
  }

  /** Of so many octets, the lowest first. */
  async number(octets: number): Promise<number> {
    return (await this.take(octets, octets))
      .reduceRight((value, octet) => value * 256 + octet, 0);
  }

  async skip(count: number): Promise<void> {
    for (let left = count; left > 0;) {
      const some = Math.min(left, 65_536);
      await this.take(some, some);
      left -= some;
    }
  }

  async end(): Promise<void> {
    await this.#pieces.return?.();
  }
}
