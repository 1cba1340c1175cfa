/**
 * How many connections are open, in all and from each peer.
 *
 * @module
 */
import { limitKey } from "../base/peer_address.ts";

export interface ConnectionLimits {
  readonly total: number;
  /** From one IPv4 address or one IPv6 network. */
  readonly perAddress: number;
}

export interface ConnectionsSinceStart {
  readonly accepted: number;
  readonly overTotal: number;
  readonly overAddress: number;
}

export class ConnectionCounts {
  readonly #perAddress = new Map<string, number>();
  #total = 0;
  #accepted = 0;
  #overTotal = 0;
  #overAddress = 0;

  /** @param limits Asked for each connection, with the address that it comes from. */
  constructor(readonly limits: (address: string) => ConnectionLimits) {}

  get total(): number {
    return this.#total;
  }

  get addresses(): number {
    return this.#perAddress.size;
  }

  /** How many were too many, since the start. */
  get refused(): number {
    return this.#overTotal + this.#overAddress;
  }

  /** Since the start; those that were too many by which limit. */
  get sinceStart(): ConnectionsSinceStart {
    return {
      accepted: this.#accepted,
      overTotal: this.#overTotal,
      overAddress: this.#overAddress,
    };
  }

  /** Counts one more; false, and not counted, if that is too many. */
  enter(address: string): boolean {
    const { total, perAddress } = this.limits(address);
    const key = limitKey(address);
    const count = this.#perAddress.get(key) ?? 0;
    if (this.#total >= total) {
      this.#overTotal++;
      return false;
    }
    if (count >= perAddress) {
      this.#overAddress++;
      return false;
    }
    this.#total++;
    this.#accepted++;
    this.#perAddress.set(key, count + 1);
    return true;
  }

  /** One that had entered is gone. */
  leave(address: string): void {
    this.#total--;
    const key = limitKey(address);
    const count = (this.#perAddress.get(key) ?? 1) - 1;
    if (count > 0) this.#perAddress.set(key, count);
    else this.#perAddress.delete(key);
  }
}
