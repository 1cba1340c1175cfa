/** Checks passwords against imported forms, in a worker that exists only while it is needed. @module */
import type { Timers } from "../../base/clock.ts";
import { Refusal } from "../../base/refusal.ts";
import type { Secret } from "../../base/secret.ts";
import { startThread } from "../../observe/threads.ts";
import type { ForeignCheck, ForeignVerdict } from "./foreign_hash_worker.ts";
import type { ForeignPassword } from "./stored_password.ts";

const IDLE_MS = 60_000;

interface Waiting {
  resolve(matches: boolean): void;
  reject(error: Error): void;
}

export class ForeignHashes {
  readonly #timers: Timers;
  readonly #onDeath: (error: unknown) => void;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #stopIdleCheck: (() => void) | undefined;
  #nextId = 1;
  #usedSinceTick = false;

  /** @param onDeath Told when the worker ended by itself; the next check has another one. */
  constructor(timers: Timers, onDeath: (error: unknown) => void) {
    this.#timers = timers;
    this.#onDeath = onDeath;
  }

  /**
   * @throws {Refusal} `unavailable` if the worker ends
   * @throws {Error} if the check itself fails, which says nothing about the password
   */
  verify(stored: ForeignPassword, password: Secret): Promise<boolean> {
    const check: ForeignCheck = { id: this.#nextId++, stored, password };
    this.#usedSinceTick = true;
    return new Promise((resolve, reject) => {
      this.#waiting.set(check.id, { resolve, reject });
      this.#running().postMessage(check);
    });
  }

  /** Ends the worker; what waits for it fails. */
  close(): void {
    this.#stopIdleCheck?.();
    this.#stopIdleCheck = undefined;
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const { reject } of this.#waiting.values()) {
      reject(new Refusal("unavailable"));
    }
    this.#waiting.clear();
  }

  #running(): Worker {
    if (this.#worker) return this.#worker;
    const worker = startThread<ForeignVerdict>(
      new URL("./foreign_hash_worker.ts", import.meta.url),
      "password hashes",
      {
        onMessage: (verdict) => this.#settle(verdict),
        onDeath: (error) => {
          this.close();
          this.#onDeath(error);
        },
      },
    );
    this.#worker = worker;
    this.#stopIdleCheck = this.#timers.every(IDLE_MS, () => this.#idleTick());
    return worker;
  }

  #settle({ id, matches }: ForeignVerdict): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (matches !== undefined) waiting?.resolve(matches);
    else waiting?.reject(new Error("Password check failed"));
  }

  #idleTick(): void {
    if (!this.#usedSinceTick && this.#waiting.size === 0) this.close();
    this.#usedSinceTick = false;
  }
}
