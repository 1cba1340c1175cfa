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

  /** Gives how to leave, once. @throws {WebmailFault} there are too many */
  enter(account: AccountId, address: string): () => void {
    const { maxSocketsPerAccount, maxSocketsPerIp } = this.options();
    const limits = [
      [`account ${account}`, maxSocketsPerAccount],
      [`address ${limitKey(address)}`, maxSocketsPerIp],
    ] as const;
    for (const [key, most] of limits) {
      if ((this.#counts.get(key) ?? 0) >= most) {
        throw new WebmailFault(429, "too many connections", "rate_limited", 10);
      }
    }
    for (const [key] of limits) this.#add(key, 1);
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      for (const [key] of limits) this.#add(key, -1);
    };
  }

  #add(key: string, change: 1 | -1): void {
    const count = (this.#counts.get(key) ?? 0) + change;
    if (count > 0) this.#counts.set(key, count);
    else this.#counts.delete(key);
  }
}
