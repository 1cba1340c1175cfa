/**
 * Tokens, cookies and codes: what is kept of them is a digest. They have 128
 * random bits or more, so that nothing slow is needed to keep them.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** Longer ones are none, and are not even digested. */
const MAX_LENGTH = 1024;

/** In hex; of what is too long, that of nothing. */
export function digestOf(secret: string): string {
  const text = secret.length > MAX_LENGTH ? "" : secret;
  return createHash("sha256").update(text).digest("hex");
}

/** In a time that does not tell how much of it was right. */
export function isSameDigest(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** What pages of a session show with each request: who has only the cookie sent for them cannot know it. */
export function csrfOf(cookie: string): string {
  return createHmac("sha256", cookie).update("csrf").digest("hex").slice(0, 32);
}
