/** Making accounts and changing them. @module */
import { optional } from "valibot";
import { randomPassword } from "../../accounts/random_text.ts";
import { localPart } from "../../mail/address.ts";
import type { AdminContext } from "../context.ts";
import { flag, secretText, username } from "../fields.ts";
import { accountAddress, accountNamed } from "../names.ts";
import { operation } from "../operation.ts";
import { quotaOctets } from "./quota.ts";

export interface RandomAccount {
  /** The local part. */
  readonly username: string;
  readonly password: string;
  readonly email: string;
  readonly dclogin: string;
}

interface Chosen {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly quota_bytes?: number | undefined;
}

export async function createRandomAccount(
  context: AdminContext,
  { username: name, quota_bytes, ...chosen }: Chosen = {},
): Promise<RandomAccount> {
  const { address, password } = await context.accounts.create({
    origin: context.origin,
    ...(name === undefined ? {} : { address: accountAddress(context, name) }),
    ...(chosen.password === undefined ? {} : { password: chosen.password }),
    ...(quota_bytes === undefined ? {} : { quotaOctets: quota_bytes }),
  });
  return {
    username: localPart(address),
    password,
    email: address,
    dclogin: context.loginLink(address, password),
  };
}

export const ACCOUNT_CHANGES = {
  /** Refuses with `username_invalid`, `username_taken`, `password_too_short`, `password_invalid`. */
  "accounts.create": operation({
    summary: "Make an account",
    scope: "accounts",
    changes: true,
    input: {
      username: username(),
      password: secretText("what it logs in with"),
      quota_bytes: optional(quotaOctets()),
      pinned: optional(flag("keep it however long nobody logs in"), false),
      force: optional(
        flag("whatever the length of the name, and reserved ones too"),
        false,
      ),
    },
    async run(context, { quota_bytes, ...input }) {
      const address = accountAddress(context, input.username);
      await context.accounts.create({
        address,
        password: input.password,
        origin: context.origin,
        force: input.force,
        pinned: input.pinned,
        ...(quota_bytes === undefined ? {} : { quotaOctets: quota_bytes }),
      });
      return { username: address };
    },
  }),
  "accounts.create_random": operation({
    summary:
      "Make an account; name and password are drawn at random unless they are given",
    scope: "accounts",
    changes: true,
    input: {
      username: optional(username()),
      password: optional(secretText("what it logs in with")),
      quota_bytes: optional(quotaOctets()),
    },
    secretOutputs: ["password", "dclogin"],
    run: createRandomAccount,
  }),
  /** Refuses with `not_found`, `password_too_short`, `password_invalid`. */
  "accounts.set_password": operation({
    summary: "Change a password; ends the sessions of the old one",
    scope: "accounts",
    changes: true,
    input: { username: username(), password: secretText("the new one") },
    async run(context, input) {
      const account = await accountNamed(context, input.username);
      await context.accounts.setPassword(account, input.password);
      return { username: account.address };
    },
  }),
  /** Refuses with `not_found`. */
  "accounts.reset_password": operation({
    summary: "Draw a new password, which is shown once; ends all sessions",
    scope: "accounts",
    changes: true,
    input: { username: username() },
    secretOutputs: ["password", "dclogin"],
    async run(context, input) {
      const account = await accountNamed(context, input.username);
      const password = randomPassword(
        context.random,
        context.settings.get("password_length"),
      );
      await context.accounts.setPassword(account, password);
      return {
        username: account.address,
        password,
        dclogin: context.loginLink(account.address, password),
      };
    },
  }),
  "accounts.set_pinned": operation({
    summary: "Keep an account however long nobody logs in, or no longer",
    scope: "accounts",
    changes: true,
    input: { username: username(), pinned: flag("whether it is kept") },
    async run(context, { pinned, ...input }) {
      const account = await accountNamed(context, input.username);
      await context.store.accounts.setPinned(account.id, pinned);
      return { username: account.address, pinned };
    },
  }),
} as const;
