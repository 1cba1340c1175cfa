/** The blocklist as logins and sessions see it. @module */
import { nowSeconds } from "../base/clock.ts";
import type { Clock } from "../base/clock.ts";
import { Refusal } from "../base/refusal.ts";
import type { Address } from "../mail/address.ts";
import type { LocalDomains } from "../mail/local_domains.ts";
import type { AccountStore, BlockEntry } from "../store/accounts.ts";
import { parseBlockPattern } from "./block_patterns.ts";

export interface BlocklistParts {
  readonly store: AccountStore;
  readonly domains: LocalDomains;
  readonly clock: Clock;
}

export class Blocklist {
  readonly #parts: BlocklistParts;
  #epoch = 0;

  constructor(parts: BlocklistParts) {
    this.#parts = parts;
  }

  /** Rises with each change: what was seen in an earlier one has to be looked at again. */
  get epoch(): number {
    return this.#epoch;
  }

  changed(): void {
    this.#epoch++;
  }

  async isBlocked(address: Address): Promise<boolean> {
    return await this.#parts.store.blocking(address) !== undefined;
  }

  entry(pattern: string, reason: string): BlockEntry {
    const createdAt = nowSeconds(this.#parts.clock);
    return { pattern, reason, createdAt };
  }

  /**
   * @returns the entry's canonical form
   * @throws {Refusal} `invalid_value`
   */
  async add(text: string, reason: string): Promise<string> {
    const pattern = parseBlockPattern(text, this.#parts.domains);
    await this.#parts.store.block(this.entry(pattern, reason));
    this.changed();
    return pattern;
  }

  /** @throws {Refusal} `invalid_value`, `not_found` */
  async remove(text: string): Promise<string> {
    const pattern = parseBlockPattern(text, this.#parts.domains);
    if (!await this.#parts.store.unblock(pattern)) {
      throw new Refusal("not_found", {
        explanation: `${pattern} is not on the blocklist`,
      });
    }
    this.changed();
    return pattern;
  }
}
