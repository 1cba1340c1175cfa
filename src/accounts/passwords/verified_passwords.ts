/**
 * Passwords that were right before, remembered as keyed hashes under a key that
 * never leaves this process. An entry holds for one stored form only, so it
 * ends by itself when the password is changed, by whichever process.
 *
 * @module
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../base/clock.ts";
import type { AccountId } from "../../base/ids.ts";
import type { Random } from "../../base/random.ts";
import type { Secret } from "../../base/secret.ts";
import type { AccountOptions } from "../options.ts";

const KEY_OCTETS = 32;

export interface Verified {
  readonly mac: Uint8Array;
  readonly expiresAtMs: number;
  /** Day of the login that was recorded last. */
  readonly day: number;
}

export class VerifiedPasswords {
  readonly #key: Uint8Array;
  readonly #entries = new Map<AccountId, Verified>();

  constructor(
    random: Random,
    readonly clock: Clock,
    readonly options: Pick<
      AccountOptions,
      "verifiedCacheTtlSeconds" | "verifiedCacheEntries"
    >,
  ) {
    this.#key = random(KEY_OCTETS);
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Stands for a password under a stored form; tells neither. */
  mac(storedForm: string, password: Secret): Uint8Array {
    return createHmac("sha256", this.#key)
      .update(`${storedForm}\0`, "utf8")
      .update(password)
      .digest();
  }

  /** The entry, if this was the right password before. */
  find(account: AccountId, mac: Uint8Array): Verified | undefined {
    const entry = this.#entries.get(account);
    if (!entry || entry.expiresAtMs <= this.clock.monotonic()) return undefined;
    return timingSafeEqual(entry.mac, mac) ? entry : undefined;
  }

  /** Remembers a right password; the entry used least recently goes when there are too many. */
  put(
    account: AccountId,
    entry: Pick<Verified, "mac" | "day">,
  ): void {
    const { verifiedCacheEntries, verifiedCacheTtlSeconds } = this.options;
    this.#entries.delete(account);
    if (verifiedCacheEntries < 1 || verifiedCacheTtlSeconds < 1) return;
    while (this.#entries.size >= verifiedCacheEntries) this.#dropOldest();
    this.#entries.set(account, {
      ...entry,
      expiresAtMs: this.clock.monotonic() + 1000 * verifiedCacheTtlSeconds,
    });
  }

  /** The same entry, used again on this day. Its age does not change. */
  refresh(account: AccountId, entry: Verified, day: number): void {
    if (this.#entries.delete(account)) {
      this.#entries.set(account, { ...entry, day });
    }
  }

  forget(account: AccountId): void {
    this.#entries.delete(account);
  }

  #dropOldest(): void {
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}
