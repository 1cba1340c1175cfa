/**
 * How many connections are open, in all and from each address.
 *
 * @module
 */
export interface ConnectionLimits {
  readonly total: number;
  readonly perAddress: number;
}

export class ConnectionCounts {
  readonly #perAddress = new Map<string, number>();
  #total = 0;

  /** @param limits Asked for each connection. */
  constructor(readonly limits: () => ConnectionLimits) {}

  get total(): number {
    return this.#total;
  }

  get addresses(): number {
    return this.#perAddress.size;
  }

  /** Counts one more; false, and not counted, if that is too many. */
  enter(address: string): boolean {
    const { total, perAddress } = this.limits();
    const count = this.#perAddress.get(address) ?? 0;
    if (this.#total >= total || count >= perAddress) return false;
    this.#total++;
    this.#perAddress.set(address, count + 1);
    return true;
  }

  /** One that had entered is gone. */
  leave(address: string): void {
    this.#total--;
    const count = (this.#perAddress.get(address) ?? 1) - 1;
    if (count > 0) this.#perAddress.set(address, count);
    else this.#perAddress.delete(address);
  }
}
