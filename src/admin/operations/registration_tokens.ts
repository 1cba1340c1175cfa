/** Invitations: tokens that let their holder sign up. @module */
import { optional } from "valibot";
import { MAX_NOTE } from "../../sharing/invitation_notes.ts";
import {
  checkNewToken,
  MAX_USES,
  newToken,
  readTokenChange,
} from "../../accounts/tokens.ts";
import { nowSeconds } from "../../base/clock.ts";
import { checkUnit } from "../../base/durations.ts";
import { Refusal } from "../../base/refusal.ts";
import type { RegistrationToken } from "../../store/accounts.ts";
import type { AdminContext } from "../context.ts";
import { integer, line, moment, secretText, text } from "../fields.ts";
import { invalidField, operation } from "../operation.ts";

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
  /** What whoever opens the invitation is told; the comment is not shown to them. */
  readonly public_note: string;
  readonly expires_at: number | null;
  readonly created_at: number;
  /** What its holder opens; null where there is no web site. */
  readonly invite_url: string | null;
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
async function tokenStatus(
  context: AdminContext,
  token: string,
): Promise<TokenStatus> {
  const found = await context.store.accounts.findToken(token);
  if (!found) throw unknownToken();
  const seen = shape(context, found);
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

function shape(context: AdminContext, token: RegistrationToken): TokenShape {
  const now = nowSeconds(context.clock);
  const site = context.publicUrl();
  return {
    token: token.token,
    max_uses: token.maxUses,
    used_count: token.used - token.pending,
    pending_reservations: token.pending,
    pending: token.pending,
    uses: token.used,
    status: statusOf(token),
    comment: token.comment,
    public_note: context.invitationNotes.of(token.token),
    expires_at: expiryOf(token, now) ?? null,
    created_at: token.createdAt,
    invite_url: site === undefined
      ? null
      : `${site}/inv/${encodeURIComponent(token.token)}`,
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

/** @throws {Refusal} `invalid_value` for a number alone */
function checkTyped(expiresIn: string): void {
  try {
    checkUnit(expiresIn);
  } catch (error) {
    throw invalidField(
      "expires_in",
      error instanceof Error ? error.message : String(error),
    );
  }
}

function unknownToken(): Refusal {
  return new Refusal("not_found", { explanation: "Token not found" });
}

/** Whoever has one may sign up. */
const TOKEN = secretText("the token's text");

export const REGISTRATION_TOKEN_OPERATIONS = {
  "registration_tokens.create": operation({
    summary:
      "Make a token or, where it exists, change the fields that are given",
    scope: "accounts",
    changes: true,
    input: {
      token: optional(secretText("its text; drawn at random if not given")),
      max_uses: optional(
        integer("accounts it is good for; 1 for a new one", {
          min: 1,
          max: MAX_USES,
        }),
      ),
      comment: optional(line("what it is for")),
      public_note: optional(
        line(
          "what whoever opens the invitation is told; empty: nothing",
          MAX_NOTE,
        ),
      ),
      expires_in: optional(text("how long it is good, as 7d; 0 for ever")),
      expires_at: optional(moment("until when it is good")),
    },
    secretOutputs: ["token", "invite_url"],
    async run(context, input) {
      const now = nowSeconds(context.clock);
      if (input.expires_in !== undefined) checkTyped(input.expires_in);
      const token = input.token ?? newToken(context.random);
      const change = readTokenChange({ ...input, token }, now);
      const { public_note: note } = input;
      const { accounts } = context.store;
      if (!await accounts.findToken(token)) checkNewToken(token);
      if (note !== undefined) context.invitationNotes.checkRoom(token, note);
      const stored = await accounts.putToken(change);
      if (note !== undefined) await context.invitationNotes.put(token, note);
      return { ...shape(context, stored.token), created: stored.created };
    },
  }),
  "registration_tokens.list": operation({
    summary: "All tokens, the newest first",
    scope: "accounts",
    changes: false,
    input: {},
    secretOutputs: ["tokens"],
    async run(context) {
      const tokens = (await context.store.accounts.listTokens())
        .map((token) => shape(context, token))
        .sort((a, b) => b.created_at - a.created_at);
      return { tokens, total: tokens.length };
    },
  }),
  "registration_tokens.status": operation({
    summary: "One token, and the accounts made with it",
    scope: "accounts",
    changes: false,
    input: { token: TOKEN },
    secretOutputs: ["token", "invite_url"],
    run: (context, { token }) => tokenStatus(context, token),
  }),
  "registration_tokens.delete": operation({
    summary: "Delete a token; accounts made with it stay",
    scope: "accounts",
    changes: true,
    input: { token: TOKEN },
    secretOutputs: ["token"],
    async run({ store, invitationNotes }, { token }) {
      if (!await store.accounts.deleteToken(token)) throw unknownToken();
      await invitationNotes.put(token, "");
      return { token };
    },
  }),
} as const;
