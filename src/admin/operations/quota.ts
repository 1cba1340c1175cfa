/** How much accounts may hold. @module */
import type { Account } from "../../store/accounts.ts";
import type { AdminContext } from "../context.ts";
import { integer, username } from "../fields.ts";
import { accountNamed } from "../names.ts";
import { operation } from "../operation.ts";

export interface AccountQuota {
  readonly username: string;
  readonly used_bytes: number;
  readonly max_bytes: number;
  readonly is_default: boolean;
}

/** Of an account, or what one would have. */
export function quotaOf(
  { settings }: AdminContext,
  account: Account | undefined,
) {
  const octets = account?.quotaOctets ?? settings.get("default_quota");
  return {
    max_bytes: octets,
    quota_bytes: octets,
    is_default_quota: account?.quotaOctets === undefined,
  };
}

export function quotaOctets() {
  return integer("0 takes no mail", { min: 0, max: Number.MAX_SAFE_INTEGER });
}

async function quotaNamed(
  context: AdminContext,
  name: string,
): Promise<AccountQuota> {
  const account = await accountNamed(context, name);
  const usage = await context.store.mail.usage(account.id);
  const { max_bytes, is_default_quota } = quotaOf(context, account);
  return {
    username: account.address,
    used_bytes: usage.octets,
    max_bytes,
    is_default: is_default_quota,
  };
}

/** @param octets undefined goes back to the default */
async function setQuota(
  context: AdminContext,
  name: string,
  octets: number | undefined,
): Promise<AccountQuota> {
  const account = await accountNamed(context, name);
  await context.store.accounts.setQuota(account.id, octets);
  return await quotaNamed(context, name);
}

export const QUOTA_OPERATIONS = {
  "quota.status": operation({
    summary: "How much all accounts hold, and what one may hold by default",
    scope: "read",
    changes: false,
    input: {},
    async run({ store, settings }) {
      return {
        total_storage_bytes: await store.mail.octets(),
        accounts_count: await store.accounts.countAbout(),
        default_quota_bytes: settings.get("default_quota"),
      };
    },
  }),
  "quota.get": operation({
    summary: "How much an account holds, and how much it may hold",
    scope: "read",
    changes: false,
    input: { username: username() },
    run: (context, input) => quotaNamed(context, input.username),
  }),
  "quota.set": operation({
    summary: "Give an account a quota of its own",
    scope: "accounts",
    changes: true,
    input: { username: username(), max_bytes: quotaOctets() },
    run: (context, input) => setQuota(context, input.username, input.max_bytes),
  }),
  "quota.set_default": operation({
    summary: "Say what accounts may hold that have no quota of their own",
    scope: "full",
    changes: true,
    input: {
      max_bytes: integer("of each", { min: 1, max: Number.MAX_SAFE_INTEGER }),
    },
    async run({ settings }, { max_bytes }) {
      await settings.set("default_quota", String(max_bytes));
      return { default_quota_bytes: settings.get("default_quota") };
    },
  }),
  "quota.reset": operation({
    summary: "Give an account the default quota again",
    scope: "accounts",
    changes: true,
    input: { username: username() },
    run: (context, input) => setQuota(context, input.username, undefined),
  }),
} as const;
