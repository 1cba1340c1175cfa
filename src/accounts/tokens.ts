/** Registration tokens: how they look and what may be said of them. @module */
import { parseDuration } from "../base/durations.ts";
import type { Random } from "../base/random.ts";
import { Refusal } from "../base/refusal.ts";
import type { TokenChange } from "../store/accounts.ts";
import { LOWER_CASE_AND_DIGITS, randomText } from "./random_text.ts";

/** What there may be: also what other relays have made, and was taken over. */
const TOKEN = /^[A-Za-z0-9._~-]{4,128}$/;
/** What an admin may choose. */
const CHOSEN = /^[A-Za-z0-9_-]{6,64}$/;
const TOKEN_LENGTH = 24;
/** Of one token. */
export const MAX_USES = 1_000_000;

export function newToken(random: Random): string {
  return randomText(random, LOWER_CASE_AND_DIGITS, TOKEN_LENGTH);
}

/** Whether a token of this text can exist at all. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Of one that is to be made. @throws {Refusal} `invalid_value` */
export function checkNewToken(text: string): void {
  if (CHOSEN.test(text)) return;
  throw invalid("token", "Token must be 6 to 64 of A-Z, a-z, 0-9, _ -");
}

/** What an admin says of a token; see the operation that takes it. */
export interface TokenChangeInput {
  readonly token: string;
  readonly max_uses?: number | undefined;
  readonly comment?: string | undefined;
  /** Duration text; `0` or empty for no expiry. */
  readonly expires_in?: string | undefined;
  /** RFC 3339, or seconds since 1970 UTC; null for no expiry. */
  readonly expires_at?: string | number | null | undefined;
}

/**
 * Reads the fields of a token to be made or changed.
 *
 * @throws {Refusal} `invalid_value` with the field and the rule that is broken
 */
export function readTokenChange(
  input: TokenChangeInput,
  now: number,
): TokenChange {
  if (!isToken(input.token)) {
    throw invalid("token", "This cannot be a token");
  }
  const { max_uses: maxUses, comment } = input;
  const expiresAt = readExpiry(input, now);
  return {
    token: input.token,
    ...(maxUses === undefined ? {} : { maxUses }),
    ...(comment === undefined ? {} : { comment }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}

/** Seconds since 1970, null for none, undefined to leave it as it is. */
function readExpiry(
  { expires_in: within, expires_at: at }: TokenChangeInput,
  now: number,
): number | null | undefined {
  if (within !== undefined) return readExpiresIn(within, now);
  if (at === undefined || at === null) return at;
  const seconds = typeof at === "number" ? at : readTime(at);
  if (!Number.isSafeInteger(seconds) || seconds <= 0) {
    throw invalid(
      "expires_at",
      "Expiry must be a time as in 2030-01-31T12:00:00Z",
    );
  }
  return seconds;
}

function readExpiresIn(text: string, now: number): number | null {
  if (text.trim() === "") return null;
  try {
    const seconds = parseDuration(text);
    return seconds === 0 ? null : now + seconds;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    throw invalid("expires_in", problem);
  }
}

/** RFC 3339 §5.6, or digits. */
function readTime(text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  const rfc3339 =
    /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/;
  return rfc3339.test(text) ? Math.floor(Date.parse(text) / 1000) : NaN;
}

function invalid(field: string, explanation: string): Refusal {
  return new Refusal("invalid_value", { field, explanation });
}
