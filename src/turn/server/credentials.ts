/**
 * Long-term credentials that expire, made of a secret that the server shares
 * with whoever hands them out (RFC 8489 §9.2, and the form that all TURN
 * servers understand: the user name is the second at which it ends).
 *
 * @module
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** `1758650868`, or `1758650868:anything`. */
const USERNAME = /^(\d{1,12})(?::|$)/;
const MAX_USERNAME_OCTETS = 128;
const MAX_KEYS = 4096;

/** @param username Whose beginning is the second at which it ends. */
export function passwordFor(secret: string, username: string): string {
  return createHmac("sha1", secret).update(username).digest("base64");
}

/** RFC 8489 §9.2.2 */
export function longTermKey(
  username: string,
  realm: string,
  password: string,
): Uint8Array {
  return createHash("md5").update(`${username}:${realm}:${password}`).digest();
}

export function signWith(key: Uint8Array, octets: Uint8Array): Uint8Array {
  return createHmac("sha1", key).update(octets).digest();
}

/** Compared in constant time. */
export function isSigned(
  key: Uint8Array,
  octets: Uint8Array,
  signature: Uint8Array,
): boolean {
  const right = signWith(key, octets);
  return right.length === signature.length && timingSafeEqual(right, signature);
}

/** Keys of user names, of which those used last are kept. */
export class CredentialKeys {
  readonly #keys = new Map<string, Uint8Array>();

  constructor(readonly secret: string, readonly realm: string) {}

  keyOf(username: string): Uint8Array {
    const kept = this.#keys.get(username);
    if (kept) return kept;
    const password = passwordFor(this.secret, username);
    const key = longTermKey(username, this.realm, password);
    if (this.#keys.size >= MAX_KEYS) this.#keys.clear();
    this.#keys.set(username, key);
    return key;
  }
}

/** The second since 1970 UTC at which a user name ends; undefined for what is none. */
export function expiryOf(username: string): number | undefined {
  if (username.length > MAX_USERNAME_OCTETS) return undefined;
  const digits = USERNAME.exec(username)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

/** How much later than asked for user names may end, so that each is another. */
const MAX_NUDGE_SECONDS = 3599;

/** User names in a row: no two of them alike, unless there are more than one a second for an hour. */
export class Usernames {
  #last = 0;

  /** @param expiry Seconds since 1970 UTC. */
  next(expiry: number): string {
    const next = Math.max(expiry, this.#last + 1);
    this.#last = next - expiry > MAX_NUDGE_SECONDS ? expiry : next;
    return String(this.#last);
  }
}
