/** Whether the store takes writes, and who is told when that changes. @module */
import { Refusal } from "../../base/refusal.ts";
import type { StoreHealth } from "../store.ts";
import type { StorageFault } from "./errors.ts";

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
    const next = fault === undefined ? "ok" : STATE_AFTER[fault];
    // a corrupt database stays so, whatever else still works
    if (!next || next === this.#state || this.#state === "corrupt") return;
    this.#state = next;
    this.onChange(next);
  }

  /** @throws {Refusal} `storage_read_only` once the database is known to be corrupt */
  check(): void {
    if (this.#state === "corrupt") throw new Refusal("storage_read_only");
  }
}
