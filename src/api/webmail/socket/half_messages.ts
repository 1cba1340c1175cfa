/**
 * What has come of messages that are not whole, of all sockets together. Over
 * the bound the one that has been on its way for the longest gives way, so that
 * whoever sends without end keeps nobody else from writing.
 *
 * @module
 */
export class HalfMessages<Owner> {
  /** In the order in which they began. */
  readonly #sizes = new Map<Owner, number>();
  #octets = 0;

  constructor(readonly mostOctets: number) {}

  get octets(): number {
    return this.#octets;
  }

  /** 0 when it is whole, or nobody waits for it any more. */
  set(owner: Owner, octets: number): void {
    this.#octets += octets - (this.#sizes.get(owner) ?? 0);
    if (octets > 0) this.#sizes.set(owner, octets);
    else this.#sizes.delete(owner);
  }

  /** Whose message is to be given up; undefined while there is room. */
  tooMuch(): Owner | undefined {
    if (this.#octets <= this.mostOctets) return undefined;
    return this.#sizes.keys().next().value;
  }
}
