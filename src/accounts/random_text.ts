/** Names, passwords and tokens drawn without bias. @module */
import type { Random } from "../base/random.ts";

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
export const LOWER_CASE_AND_DIGITS = LETTERS + "0123456789";
export const ALPHANUMERIC = LOWER_CASE_AND_DIGITS + LETTERS.toUpperCase();

/** So many characters, each of the alphabet equally likely: octets that would favour some are thrown away. */
export function randomText(
  random: Random,
  alphabet: string,
  length: number,
): string {
  const limit = 256 - 256 % alphabet.length;
  let text = "";
  while (text.length < length) {
    for (const octet of random(2 * (length - text.length))) {
      if (octet < limit && text.length < length) {
        text += alphabet[octet % alphabet.length];
      }
    }
  }
  return text;
}

/** A local part that begins with a letter. */
export function randomLocalPart(random: Random, length: number): string {
  return randomText(random, LETTERS, 1) +
    randomText(random, LOWER_CASE_AND_DIGITS, length - 1);
}

export function randomPassword(random: Random, length: number): string {
  return randomText(random, ALPHANUMERIC, length);
}
