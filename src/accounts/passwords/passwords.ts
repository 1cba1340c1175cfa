/** What a password may be, and whether it is one that a machine made. @module */
import { Refusal } from "../../base/refusal.ts";

const MAX_OCTETS = 256;
const STRONG_LENGTH = 20;
const STRONG_DISTINCT = 10;
// deno-lint-ignore no-control-regex
const FORBIDDEN = /[\x00\r\n]/;
const CLASSES = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/];
const encoder = new TextEncoder();

/** Whether a login with this password is worth looking at. */
export function isPassword(password: string): boolean {
  if (password === "" || FORBIDDEN.test(password)) return false;
  if (password.length > MAX_OCTETS) return false;
  return 3 * password.length <= MAX_OCTETS ||
    encoder.encode(password).length <= MAX_OCTETS;
}

/**
 * Checks the password of an account about to be made or changed.
 *
 * @param minOctets shortest one allowed, as UTF-8
 * @throws {Refusal} `password_too_short`, `password_invalid`
 */
export function checkPassword(password: string, minOctets: number): void {
  if (encoder.encode(password).length < minOctets) {
    throw new Refusal("password_too_short", {
      explanation: `Password must have at least ${minOctets} characters`,
    });
  }
  if (!isPassword(password)) {
    throw new Refusal("password_invalid", {
      explanation:
        `Password may have up to ${MAX_OCTETS} octets, none of them NUL, CR or LF`,
    });
  }
}

/** Random enough that a fast hash protects it. */
export function isStrong(password: string): boolean {
  const characters = [...password];
  return characters.length >= STRONG_LENGTH &&
    new Set(characters).size >= STRONG_DISTINCT &&
    CLASSES.filter((one) => one.test(password)).length >= 2;
}
