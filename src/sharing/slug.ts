/** Endings of short links. @module */
import { LOWER_CASE_AND_DIGITS, randomText } from "../accounts/random_text.ts";
import type { Random } from "../base/random.ts";
import { Refusal } from "../base/refusal.ts";

const MIN_SLUG = 3;
const MAX_SLUG = 40;
const SLUG = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
const DRAWN = 8;

/** Names of pages and routes, now or in other versions, and of those who answer for a server. */
const RESERVED: ReadonlySet<string> = new Set(
  [
    "share qr new madmail mxdeliv main index info security deploy app docs",
    "webimap websmtp inv admin api relay ping generate_204 metrics static",
    "assets cgi-bin autoconfig autodiscover mail webmail healthz robots",
    "login privacy about help support abuse postmaster root new_email",
    "account exchanger favicon logo release error 404 well-known postern doctor",
    "translations message",
  ].join(" ").split(" "),
);

export function foldSlug(slug: string): string {
  return slug.toLowerCase();
}

/** @throws {Refusal} `slug_too_short`, `slug_invalid` */
export function checkSlug(slug: string): void {
  if (slug.length < MIN_SLUG) throw new Refusal("slug_too_short");
  if (slug.length > MAX_SLUG || !SLUG.test(slug)) {
    throw new Refusal("slug_invalid");
  }
}

export function isSlug(text: string): boolean {
  return text.length >= MIN_SLUG && text.length <= MAX_SLUG && SLUG.test(text);
}

/** @param more words of this server, folded */
export function isReserved(
  folded: string,
  more: Iterable<string> = [],
): boolean {
  if (RESERVED.has(folded)) return true;
  for (const word of more) if (word === folded) return true;
  return false;
}

export function drawSlug(random: Random): string {
  return randomText(random, LOWER_CASE_AND_DIGITS, DRAWN);
}
