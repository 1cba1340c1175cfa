/** What is kept of who may use the admin API: never a secret itself. @module */
import * as v from "valibot";

const scope = v.picklist(["read", "accounts", "full"]);
/** In hex, of SHA-256. */
const digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const line = v.pipe(v.string(), v.maxLength(300));

/** Times are seconds since 1970 UTC. By the identifier. */
export const TOKEN_ROW = v.object({
  name: line,
  digest,
  scope,
  createdAt: v.number(),
  lastUsedAt: v.optional(v.number()),
  expiresAt: v.optional(v.number()),
});
export type TokenRow = v.InferOutput<typeof TOKEN_ROW>;

/** By the digest of its cookie. */
export const SESSION_ROW = v.object({
  /** Of the token by which it began: it ends with that. */
  token: digest,
  name: line,
  scope,
  createdAt: v.number(),
  lastUsedAt: v.number(),
  /** Where it began; empty where nobody shall know. */
  address: line,
  agent: line,
});
export type SessionRow = v.InferOutput<typeof SESSION_ROW>;

/** By the digest of the code. */
export const CODE_ROW = v.object({
  /** Valid as long as this token is. */
  token: digest,
  expiresAt: v.number(),
});
export type CodeRow = v.InferOutput<typeof CODE_ROW>;
