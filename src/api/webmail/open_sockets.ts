/**
 * How many WebSockets and waiting requests each account and each address has:
 * one place for both, since either may be had for the other.
 *
 * @module
 */
import type { AccountId } from "../../base/ids.ts";
import { limitKey } from "../../base/peer_address.ts";
import type { WebmailOptions } from "./backend.ts";
import { WebmailFault } from "./faults.ts";

export class OpenSockets {
  readonly #counts = new Map<string, number>();

  constructor(readonly options: () => WebmailOptions) {}

  get size(): number {
    return this.#counts.size;
  }

  /** To be left once. @throws {WebmailFault} there are too many */
  enter(account: AccountId, address: string): void {
    const { maxSocketsPerAccount, maxSocketsPerIp } = this.options();
    const [ofAccount, ofAddress] = keysOf(account, address);
    if (
      this.#count(ofAccount) >= maxSocketsPerAccount ||
      this.#count(ofAddress) >= maxSocketsPerIp
    ) {
      throw new WebmailFault(429, "too many connections", "rate_limited", 10);
    }
    this.#add(ofAccount, 1);
    this.#add(ofAddress, 1);
  }

  leave(account: AccountId, address: string): void {
    for (const key of keysOf(account, address)) this.#add(key, -1);
  }

  #count(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  #add(key: string, change: 1 | -1): void {
    const count = this.#count(key) + change;
    if (count > 0) this.#counts.set(key, count);
    else this.#counts.delete(key);
  }
}

function keysOf(account: AccountId, address: string): [string, string] {
  return [`account ${account}`, `address ${limitKey(address)}`];
}
