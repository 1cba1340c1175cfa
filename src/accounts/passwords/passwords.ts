/** What a password may be, and whether it is one that a machine made. @module */
import { CR, LF } from "../../base/octets.ts";
import { Refusal } from "../../base/refusal.ts";
import { type Secret, secretOfText } from "../../base/secret.ts";

const MAX_OCTETS = 256;
const STRONG_LENGTH = 20;
const STRONG_DISTINCT = 10;
const FORBIDDEN = [0, CR, LF];

/** Whether a login with this password is worth looking at. */
export function isPassword(password: Secret): boolean {
  return password.length > 0 && password.length <= MAX_OCTETS &&
    !FORBIDDEN.some((octet) => password.includes(octet));
}

/**
 * Checks the password of an account about to be made or changed.
 *
 * @param minOctets shortest one allowed
 * @throws {Refusal} `password_too_short`, `password_invalid`
 */
export function checkPassword(password: Secret, minOctets: number): void {
  if (password.length < minOctets) {
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

/** As checkPassword(), of one that came as text. @throws {Refusal} `password_too_short`, `password_invalid` */
export function readPassword(text: string, minOctets: number): Secret {
  const password = secretFrom(text);
  checkPassword(password, minOctets);
  return password;
}

function secretFrom(text: string): Secret {
  try {
    return secretOfText(text);
  } catch {
    throw new Refusal("password_invalid", {
      explanation: "Password must be Unicode text",
    });
  }
}

/**
 * Random enough that a fast hash protects it. Only ASCII counts: machines draw
 * nothing else.
 */
export function isStrong(password: Secret): boolean {
  const ascii = password.filter((octet) => octet < 0x80);
  return ascii.length >= STRONG_LENGTH &&
    new Set(ascii).size >= STRONG_DISTINCT &&
    new Set(Array.from(ascii, classOf)).size >= 2;
}

function classOf(octet: number): "lower" | "upper" | "digit" | "other" {
  const character = String.fromCharCode(octet);
  if (character >= "a" && character <= "z") return "lower";
  if (character >= "A" && character <= "Z") return "upper";
  return character >= "0" && character <= "9" ? "digit" : "other";
}
