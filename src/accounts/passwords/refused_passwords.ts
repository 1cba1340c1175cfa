/**
 * Passwords that were wrong lately, as keyed hashes: a client that tries the
 * same one again and again, as those of deleted accounts do, costs one slow
 * hash an hour.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import type { Clock } from "../../base/clock.ts";

const TTL_MS = 3_600_000;
const MAX_ENTRIES = 20_000;

export class RefusedPasswords {
  readonly #clock: Clock;
  /** When each is forgotten, the oldest first. */
  readonly #expiresAtMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param mac of the password and what it was compared with */
  has(mac: Uint8Array): boolean {
    const expiresAt = this.#expiresAtMs.get(keyOf(mac));
    return expiresAt !== undefined && expiresAt > this.#clock.monotonic();
  }

  add(mac: Uint8Array): void {
    const key = keyOf(mac);
    this.#expiresAtMs.delete(key);
    for (const [oldest] of this.#expiresAtMs) {
      if (this.#expiresAtMs.size < MAX_ENTRIES) break;
      this.#expiresAtMs.delete(oldest);
    }
    this.#expiresAtMs.set(key, this.#clock.monotonic() + TTL_MS);
  }
}

function keyOf(mac: Uint8Array): string {
  return Buffer.from(mac).toString("latin1");
}
