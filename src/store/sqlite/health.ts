/**
 * Whether the store takes writes, and who is told when that changes.
 *
 * A full one stays full until there is room for the ballast: otherwise mail
 * would eat up what deletions need.
 *
 * @module
 */
import type { StoreHealth } from "../store.ts";
import { damagedDatabase, type StorageFault } from "./database/errors.ts";

type State = StoreHealth["state"];

const STATE_AFTER: Record<StorageFault, State | undefined> = {
  full: "full",
  read_only: "read_only",
  corrupt: "corrupt",
  busy: undefined, // passes
  io: "read_only",
};

export class Health {
  #state: State = "ok";

  constructor(readonly onChange: (state: State) => void) {}

  get state(): State {
    return this.#state;
  }

  /** @param fault undefined after a write that worked. */
  report(fault: StorageFault | undefined): void {
    if (fault !== undefined) this.#become(STATE_AFTER[fault]);
    else if (this.#state !== "full") this.#become("ok");
  }

  /** The disk has room again, and the ballast is back. */
  reportRoom(): void {
    if (this.#state === "full") this.#become("ok");
  }

  #become(next: State | undefined): void {
    // a corrupt database stays so, whatever else still works
    if (!next || next === this.#state || this.#state === "corrupt") return;
    this.#state = next;
    this.onChange(next);
  }

  /** @throws {Refusal} `storage_read_only` once the database is known to be corrupt */
  check(): void {
    if (this.#state === "corrupt") throw damagedDatabase();
  }
}
