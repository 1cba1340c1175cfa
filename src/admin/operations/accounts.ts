/** Looking at accounts. @module */
import { optional } from "valibot";
import { Refusal } from "../../base/refusal.ts";
import type {
  Account,
  AccountFilter,
  AccountListing,
  AccountOrder,
  AccountOrigin,
} from "../../store/accounts.ts";
import type { AdminContext } from "../context.ts";
import { choice, duration, integer, line, username } from "../fields.ts";
import { accountAddress } from "../names.ts";
import { operation } from "../operation.ts";
import { quotaOf } from "./quota.ts";

const SECONDS_PER_DAY = 86_400;

export interface ListedAccount {
  readonly username: string;
  readonly created_at: number;
  readonly first_login_at: number | null;
  readonly last_login_at: number | null;
  readonly used_bytes: number;
  readonly max_bytes: number;
  readonly quota_bytes: number;
  readonly is_default_quota: boolean;
  readonly messages: number;
  readonly pinned: boolean;
  /** An entry of the blocklist covers it. */
  readonly blocked: boolean;
}

export interface AccountInfo {
  readonly username: string;
  readonly credentials: boolean;
  readonly blocklisted: boolean;
  readonly block_reason: string | null;
  readonly created_at: number | null;
  readonly first_login_at: number | null;
  readonly last_login_at: number | null;
  readonly maildir_present: boolean;
  readonly maildir_path: null;
  readonly used_bytes: number;
  readonly max_bytes: number;
  readonly quota_bytes: number;
  readonly is_default_quota: boolean;
  readonly messages: number;
  readonly origin: AccountOrigin | null;
  readonly pinned: boolean;
}

export const ACCOUNT_ORDERS = [
  "username",
  "created",
  "last_login",
  "used",
  "messages",
] as const satisfies readonly AccountOrder[];

/** The ways they go by themselves. */
const DIRECTIONS: Readonly<Record<AccountOrder, "asc" | "desc">> = {
  username: "asc",
  created: "desc",
  last_login: "desc",
  used: "desc",
  messages: "desc",
};

export function listedAccount(
  context: AdminContext,
  account: AccountListing,
): ListedAccount {
  return {
    username: account.address,
    ...loginTimes(account),
    used_bytes: account.usedOctets,
    ...quotaOf(context, account),
    messages: account.messages,
    pinned: account.pinned,
    blocked: account.blocked,
  };
}

export const ACCOUNT_FILTERS = [
  "all",
  "never",
  "inactive",
  "over_quota",
  "blocked",
] as const satisfies readonly (AccountFilter["kind"] | "all")[];

/**
 * Which accounts the store is asked for; undefined: all.
 *
 * @param inactiveSeconds Since the last login, for `inactive`.
 */
export function accountFilter(
  { settings }: AdminContext,
  filter: (typeof ACCOUNT_FILTERS)[number],
  inactiveSeconds: number,
): AccountFilter | undefined {
  switch (filter) {
    case "all":
      return undefined;
    case "never":
      return { kind: "never" };
    case "inactive":
      return {
        kind: "inactive",
        days: Math.floor(inactiveSeconds / SECONDS_PER_DAY),
      };
    case "over_quota":
      return {
        kind: "over_quota",
        defaultOctets: settings.get("default_quota"),
      };
    case "blocked":
      return { kind: "blocked" };
  }
}

async function status(context: AdminContext) {
  const { settings, store } = context;
  const count = await store.accounts.countAbout();
  return {
    login_count: count,
    registration_open: settings.get("registration_open"),
    token_required: settings.get("registration_token_required"),
    jit_enabled: settings.get("jit_registration"),
    blocklisted: (await store.accounts.listBlocked()).length,
    mail_directories: count,
    state_dir: context.stateDir,
    database: store.place,
  };
}

/** @throws {Refusal} `invalid_value`, or `not_found` if it neither exists nor is blocked */
async function info(context: AdminContext, name: string): Promise<AccountInfo> {
  const address = accountAddress(context, name);
  const found = await context.store.accounts.find(address);
  const account = found?.state === "active" ? found : undefined;
  const blocked = await context.store.accounts.blocking(address);
  if (!account && !blocked) {
    throw new Refusal("not_found", {
      address,
      explanation: `No account is named ${address}`,
    });
  }
  const usage = account && await context.store.mail.usage(account.id);
  return {
    username: address,
    credentials: account !== undefined,
    blocklisted: blocked !== undefined,
    block_reason: blocked?.reason ?? null,
    ...(account ? loginTimes(account) : NEVER),
    maildir_present: account !== undefined,
    maildir_path: null,
    used_bytes: usage?.octets ?? 0,
    ...quotaOf(context, account),
    messages: usage?.messages ?? 0,
    origin: account?.origin ?? null,
    pinned: account?.pinned ?? false,
  };
}

const NEVER = { created_at: null, first_login_at: null, last_login_at: null };

function loginTimes(account: Account) {
  return {
    created_at: account.createdAt,
    first_login_at: account.firstLoginAt ?? null,
    last_login_at: account.lastLoginDay === undefined
      ? null
      : account.lastLoginDay * SECONDS_PER_DAY,
  };
}

export const ACCOUNT_OPERATIONS = {
  "accounts.status": operation({
    summary: "Numbers of accounts, and who may sign up",
    scope: "read",
    changes: false,
    input: {},
    run: status,
  }),
  "accounts.list": operation({
    summary: "Accounts, some at a time",
    scope: "read",
    changes: false,
    input: {
      search: optional(line("only names with this in them")),
      filter: optional(
        choice(
          "never: nobody ever logged in; inactive: nobody for as long as inactive_for says; over_quota: they hold as much as they may; blocked: an entry of the blocklist covers them",
          ACCOUNT_FILTERS,
        ),
        "all",
      ),
      inactive_for: optional(
        duration("since the last login, in whole days"),
        "60d",
      ),
      sort: optional(choice("what to go by", ACCOUNT_ORDERS), "username"),
      dir: optional(
        choice("desc: the largest and latest first", ["asc", "desc"]),
      ),
      offset: optional(
        integer("leave out so many", { min: 0, max: 1_000_000_000 }),
        0,
      ),
      limit: optional(
        integer("at most so many", { min: 1, max: 100_000 }),
        1000,
      ),
    },
    async run(context, input) {
      const { search, sort, dir, offset, limit, inactive_for } = input;
      const filter = accountFilter(context, input.filter, inactive_for);
      const { accounts, total } = await context.store.accounts.list({
        ...(search === undefined ? {} : { search }),
        ...(filter === undefined ? {} : { filter }),
        order: sort,
        reversed: dir !== undefined && dir !== DIRECTIONS[sort],
        offset,
        limit,
      });
      return {
        accounts: accounts.map((account) => listedAccount(context, account)),
        total,
      };
    },
  }),
  "accounts.info": operation({
    summary: "One account",
    scope: "read",
    changes: false,
    input: { username: username() },
    run: (context, input) => info(context, input.username),
  }),
} as const;
