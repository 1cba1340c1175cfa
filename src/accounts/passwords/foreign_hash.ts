/** Checks passwords against imported forms, in a worker that exists only while it is needed. @module */
import type { Clock, Timers } from "../../base/clock.ts";
import { Refusal } from "../../base/refusal.ts";
import type { Secret } from "../../base/secret.ts";
import { UNANSWERED } from "../../observe/worker_link.ts";
import { PassingWorker } from "../../observe/worker_lives.ts";
import type { ForeignCheck, ForeignVerdict } from "./foreign_hash_worker.ts";
import type { ForeignPassword } from "./stored_password.ts";

const IDLE_MS = 60_000;

export interface ForeignHashesParts {
  readonly clock: Clock;
  readonly timers: Timers;
  /** Told when the worker ended by itself; the next check has another one. */
  onDeath(error: unknown): void;
}

export class ForeignHashes {
  readonly #worker: PassingWorker<ForeignCheck, ForeignVerdict>;

  constructor(parts: ForeignHashesParts) {
    this.#worker = new PassingWorker({
      ...parts,
      url: new URL("./foreign_hash_worker.ts", import.meta.url),
      name: "password hashes",
      idleMs: IDLE_MS,
    });
  }

  /**
   * @throws {Refusal} `unavailable` if the worker ends
   * @throws {Error} if the check itself fails, which says nothing about the password
   */
  async verify(stored: ForeignPassword, password: Secret): Promise<boolean> {
    const verdict = await this.#worker.ask({ stored, password });
    if (verdict === UNANSWERED) throw new Refusal("unavailable");
    if (verdict === "failed") throw new Error("Password check failed");
    return verdict === "matches";
  }

  /** Ends the worker; what waits for it fails. */
  close(): void {
    this.#worker.close();
  }
}
