/** Invitations: tokens that let their holder sign up. @module */
import { newToken, readTokenChange } from "../accounts/tokens.ts";
import { nowSeconds } from "../base/clock.ts";
import { Refusal } from "../base/refusal.ts";
import type { RegistrationToken } from "../store/accounts.ts";
import type { AdminContext } from "./context.ts";

const CLOCKS_AGREE_SECONDS = 60;

export interface TokenShape {
  readonly token: string;
  readonly max_uses: number;
  /** Uses by accounts that have logged in. */
  readonly used_count: number;
  /** Uses by accounts that have not. */
  readonly pending_reservations: number;
  readonly pending: number;
  readonly uses: number;
  readonly status: "active" | "exhausted" | "expired";
  readonly comment: string;
  readonly expires_at: number | null;
  readonly created_at: number;
}

export interface TokenInput {
  /** Drawn at random when absent. */
  readonly token?: string;
  readonly maxUses?: number;
  readonly comment?: string;
  /** Duration text, e.g. `7d`; `0` or empty for no expiry. */
  readonly expiresIn?: string;
  /** RFC 3339 or seconds since 1970; null for no expiry. */
  readonly expiresAt?: string | number | null;
}

/**
 * Creates the token or, where it exists, changes the given fields.
 *
 * @throws {Refusal} `invalid_value`
 */
export async function putRegistrationToken(
  context: AdminContext,
  input: TokenInput,
): Promise<TokenShape & { readonly created: boolean }> {
  const now = nowSeconds(context.clock);
  const token = input.token ?? newToken(context.random);
  const change = readTokenChange({ ...input, token }, now);
  const stored = await context.store.accounts.putToken(change);
  return { ...shape(stored.token, now), created: stored.created };
}

/** Newest first. */
export async function listRegistrationTokens(
  context: AdminContext,
): Promise<{ tokens: readonly TokenShape[]; total: number }> {
  const now = nowSeconds(context.clock);
  const tokens = (await context.store.accounts.listTokens())
    .map((token) => shape(token, now))
    .sort((a, b) => b.created_at - a.created_at);
  return { tokens, total: tokens.length };
}

export interface TokenStatus extends TokenShape {
  readonly available: number;
  readonly remaining: number;
  readonly expired: boolean;
  readonly pending_accounts: readonly {
    readonly username: string;
    readonly status: "awaiting first login" | "consumed";
  }[];
}

/** @throws {Refusal} `not_found` */
export async function registrationTokenStatus(
  context: AdminContext,
  token: string,
): Promise<TokenStatus> {
  const found = await context.store.accounts.findToken(token);
  if (!found) throw unknownToken();
  const seen = shape(found, nowSeconds(context.clock));
  const accounts = await context.store.accounts.tokenAccounts(token);
  const left = seen.status === "active" ? found.maxUses - found.used : 0;
  return {
    ...seen,
    available: left,
    remaining: left,
    expired: seen.status === "expired",
    pending_accounts: accounts.map(({ address, loggedIn }) => ({
      username: address,
      status: loggedIn ? "consumed" : "awaiting first login",
    })),
  };
}

/** Accounts made with it stay. @throws {Refusal} `not_found` */
export async function deleteRegistrationToken(
  context: AdminContext,
  token: string,
): Promise<{ token: string }> {
  if (!await context.store.accounts.deleteToken(token)) throw unknownToken();
  return { token };
}

function shape(token: RegistrationToken, now: number): TokenShape {
  return {
    token: token.token,
    max_uses: token.maxUses,
    used_count: token.used - token.pending,
    pending_reservations: token.pending,
    pending: token.pending,
    uses: token.used,
    status: statusOf(token),
    comment: token.comment,
    expires_at: expiryOf(token, now) ?? null,
    created_at: token.createdAt,
  };
}

/** As it was said, unless the machine's clock was moved since: then when it will be. */
function expiryOf(
  { expiresAt, secondsLeft = 0 }: RegistrationToken,
  now: number,
): number | undefined {
  if (expiresAt === undefined) return undefined;
  const real = now + secondsLeft;
  return Math.abs(real - expiresAt) <= CLOCKS_AGREE_SECONDS ? expiresAt : real;
}

function statusOf(token: RegistrationToken): TokenShape["status"] {
  if ((token.secondsLeft ?? Infinity) <= 0) return "expired";
  return token.used >= token.maxUses ? "exhausted" : "active";
}

function unknownToken(): Refusal {
  return new Refusal("not_found", { explanation: "Token not found" });
}
