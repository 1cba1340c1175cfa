/** Secrets by which exchangers are known. @module */
import { createHash } from "node:crypto";
import type { Random } from "../../base/random.ts";

const OCTETS = 24;

export function newToken(random: Random): string {
  return Uint8Array.from(random(OCTETS)).toBase64({ alphabet: "base64url" });
}

/**
 * SHA-256 in hexadecimal digits. Looked up by it, a token takes the same time
 * whether it is nearly right or not at all.
 */
export function tokenHash(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
