/** Registration tokens: how they look and what may be said of them. @module */
import { parseDuration } from "../base/durations.ts";
import type { Random } from "../base/random.ts";
import { Refusal } from "../base/refusal.ts";
import type { TokenChange } from "../store/accounts.ts";
import { LOWER_CASE_AND_DIGITS, randomText } from "./random_text.ts";

const TOKEN = /^[A-Za-z0-9._~-]{4,128}$/;
const TOKEN_LENGTH = 24;
const MAX_USES = 1_000_000;
const MAX_COMMENT_LENGTH = 500;

export function newToken(random: Random): string {
  return randomText(random, LOWER_CASE_AND_DIGITS, TOKEN_LENGTH);
}

/** Whether a token of this text can exist at all. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

export interface TokenChangeInput {
  readonly token: string;
  readonly maxUses?: number;
  readonly comment?: string;
  readonly expiresIn?: string;
  readonly expiresAt?: string | number | null;
}

/**
 * Checks the fields of a token to be made or changed.
 *
 * @throws {Refusal} `invalid_value` with the rule that is broken
 */
export function readTokenChange(
  input: TokenChangeInput,
  now: number,
): TokenChange {
  if (!isToken(input.token)) {
    throw invalid("Token must be 4 to 128 of A-Z, a-z, 0-9, . _ ~ -");
  }
  const expiresAt = readExpiry(input, now);
  return {
    token: input.token,
    ...(input.maxUses === undefined ? {} : { maxUses: checkUses(input) }),
    ...(input.comment === undefined ? {} : { comment: checkComment(input) }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

function checkUses({ maxUses = 1 }: TokenChangeInput): number {
  if (!Number.isInteger(maxUses) || maxUses < 1 || maxUses > MAX_USES) {
    throw invalid(`Uses must be a whole number from 1 to ${MAX_USES}`);
  }
  return maxUses;
}

function checkComment({ comment = "" }: TokenChangeInput): string {
  if (comment.length > MAX_COMMENT_LENGTH) {
    throw invalid(`Comment is longer than ${MAX_COMMENT_LENGTH} characters`);
  }
  return comment;
}

/** Seconds since 1970, null for none, undefined to leave it as it is. */
function readExpiry(
  { expiresIn, expiresAt }: TokenChangeInput,
  now: number,
): number | null | undefined {
  if (expiresIn !== undefined) return readExpiresIn(expiresIn, now);
  if (expiresAt === undefined || expiresAt === null) return expiresAt;
  const seconds = typeof expiresAt === "number"
    ? expiresAt
    : readTime(expiresAt);
  if (!Number.isSafeInteger(seconds) || seconds <= 0) {
    throw invalid("Expiry must be a time as in 2030-01-31T12:00:00Z");
  }
  return seconds;
}

function readExpiresIn(text: string, now: number): number | null {
  if (text.trim() === "") return null;
  try {
    const seconds = parseDuration(text);
    return seconds === 0 ? null : now + seconds;
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
}

/** RFC 3339 §5.6, or digits. */
function readTime(text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  const rfc3339 =
    /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;
  return rfc3339.test(text) ? Math.floor(Date.parse(text) / 1000) : NaN;
}

function invalid(explanation: string): Refusal {
  return new Refusal("invalid_value", { explanation });
}
