/**
 * The salts that have been seen, so that what somebody has recorded cannot be
 * sent again.
 *
 * @module
 */
import { latin1 } from "../../base/octets.ts";

/** Some 10 MB in all, once both generations are full. */
const GENERATION = 100_000;

export class SeenSalts {
  readonly #max: number;
  #young = new Set<string>();
  #old: ReadonlySet<string> = new Set();

  /** @param max Entries of one generation; the last two are remembered. */
  constructor(max = GENERATION) {
    this.#max = max;
  }

  /** Remembers it; false if it was there already. */
  add(salt: Uint8Array): boolean {
    const key = latin1(salt);
    if (this.#young.has(key) || this.#old.has(key)) return false;
    if (this.#young.size >= this.#max) {
      this.#old = this.#young;
      this.#young = new Set();
    }
    this.#young.add(key);
    return true;
  }
}
