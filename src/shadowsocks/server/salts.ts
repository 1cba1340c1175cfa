/**
 * The salts that have been seen, so that what somebody has recorded cannot be
 * sent again, after a restart either.
 *
 * @module
 */
import { latin1 } from "../../base/octets.ts";

/** Some 10 MB in all, once both generations are full. */
const GENERATION = 100_000;
/** By which salts are known, the longer ones too: as random as the shortest. */
export const KNOWN_BY_OCTETS = 16;

/** Where they outlast the process. Never throws. */
export interface SaltKeeper {
  /** Of both generations, each salt as far as it is known by. */
  read(): { readonly old: Uint8Array[]; readonly young: Uint8Array[] };
  add(salt: Uint8Array): void;
  /** The young ones are the old ones from now on. */
  turn(): void;
}

export class SeenSalts {
  readonly #max: number;
  readonly #keeper: SaltKeeper | undefined;
  #young = new Set<string>();
  #old: ReadonlySet<string> = new Set();
  #isRead = false;

  /** @param max Entries of one generation; the last two are remembered. */
  constructor(keeper?: SaltKeeper, max = GENERATION) {
    this.#keeper = keeper;
    this.#max = max;
  }

  /** Remembers it; false if it was there already. */
  add(salt: Uint8Array): boolean {
    this.#read();
    const known = salt.subarray(0, KNOWN_BY_OCTETS);
    const key = latin1(known);
    if (this.#young.has(key) || this.#old.has(key)) return false;
    if (this.#young.size >= this.#max) {
      this.#old = this.#young;
      this.#young = new Set();
      this.#keeper?.turn();
    }
    this.#young.add(key);
    this.#keeper?.add(known);
    return true;
  }

  /** With the first one: a relay that nobody tunnels to reads nothing. */
  #read(): void {
    if (this.#isRead) return;
    this.#isRead = true;
    const kept = this.#keeper?.read();
    if (!kept) return;
    this.#old = new Set(kept.old.map(latin1));
    this.#young = new Set(kept.young.map(latin1));
  }
}
