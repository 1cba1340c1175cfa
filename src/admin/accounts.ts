/** Looking at accounts and making them. @module */
import { Refusal } from "../base/refusal.ts";
import { localPart } from "../mail/address.ts";
import type {
  Account,
  AccountOrder,
  AccountOrigin,
} from "../store/accounts.ts";
import type { AdminContext } from "./context.ts";
import { accountAddress, accountNamed } from "./names.ts";

const SECONDS_PER_DAY = 86_400;

export interface AccountsStatus {
  readonly login_count: number;
  readonly registration_open: boolean;
  readonly token_required: boolean;
  readonly jit_enabled: boolean;
  readonly blocklisted: number;
  readonly mail_directories: number;
  readonly state_dir: string;
  readonly database: string;
}

export async function accountsStatus(
  context: AdminContext,
): Promise<AccountsStatus> {
  const { settings, store } = context;
  const count = await store.accounts.count();
  return {
    login_count: count,
    registration_open: settings.get("registration_open"),
    token_required: settings.get("registration_token_required"),
    jit_enabled: settings.get("jit_registration"),
    blocklisted: (await store.accounts.listBlocked()).length,
    mail_directories: count,
    state_dir: context.stateDir,
    database: context.databasePath,
  };
}

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
}

export interface AccountList {
  readonly accounts: readonly ListedAccount[];
  readonly total: number;
}

const ORDERS: readonly AccountOrder[] = [
  "username",
  "created",
  "last_login",
  "used",
  "messages",
];

export interface AccountListQuery {
  readonly search?: string;
  /** One of `username`, `created`, `last_login`, `used`, `messages`. */
  readonly sort?: string;
  readonly offset?: number;
  readonly limit?: number;
}

/** @throws {Refusal} `invalid_value` if there is no such order */
export async function listAccounts(
  context: AdminContext,
  query: AccountListQuery = {},
): Promise<AccountList> {
  const { accounts, total } = await context.store.accounts.list({
    ...(query.search === undefined ? {} : { search: query.search }),
    order: readOrder(query.sort),
    offset: query.offset ?? 0,
    limit: query.limit ?? 1000,
  });
  return {
    accounts: accounts.map((account) => ({
      username: account.address,
      ...loginTimes(account),
      used_bytes: account.usedOctets,
      ...quotaOf(context, account),
      messages: account.messages,
      pinned: account.pinned,
    })),
    total,
  };
}

function readOrder(text = "username"): AccountOrder {
  const order = ORDERS.find((one) => one === text);
  if (order) return order;
  throw new Refusal("invalid_value", {
    explanation: `Cannot sort by "${text}": use ${ORDERS.join(", ")}`,
  });
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

/** @throws {Refusal} `invalid_value`, or `not_found` if it neither exists nor is blocked */
export async function accountInfo(
  context: AdminContext,
  name: string,
): Promise<AccountInfo> {
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

export interface CreateOptions {
  readonly password: string;
  readonly origin: "cli" | "admin";
  readonly force?: boolean;
  readonly quotaOctets?: number;
  readonly pinned?: boolean;
}

/** @throws {Refusal} `invalid_value`, `username_invalid`, `username_taken`, `password_too_short`, `password_invalid` */
export async function createAccount(
  context: AdminContext,
  name: string,
  options: CreateOptions,
): Promise<{ username: string }> {
  const address = accountAddress(context, name);
  await context.accounts.create({ ...options, address });
  return { username: address };
}

export interface RandomAccount {
  /** The local part. */
  readonly username: string;
  readonly password: string;
  readonly email: string;
  readonly dclogin: string;
}

export async function createRandomAccount(
  context: AdminContext,
  origin: "cli" | "admin",
): Promise<RandomAccount> {
  const { address, password } = await context.accounts.create({ origin });
  return {
    username: localPart(address),
    password,
    email: address,
    dclogin: context.loginLink(address, password),
  };
}

/** @throws {Refusal} `invalid_value`, `not_found`, `password_too_short`, `password_invalid` */
export async function setAccountPassword(
  context: AdminContext,
  name: string,
  password: string,
): Promise<{ username: string }> {
  const account = await accountNamed(context, name);
  await context.accounts.setPassword(account, password);
  return { username: account.address };
}

/** Pinned accounts are never pruned for want of logins. */
export async function setAccountPinned(
  context: AdminContext,
  name: string,
  pinned: boolean,
): Promise<{ username: string; pinned: boolean }> {
  const account = await accountNamed(context, name);
  await context.store.accounts.setPinned(account.id, pinned);
  return { username: account.address, pinned };
}

export interface AccountQuota {
  readonly username: string;
  readonly used_bytes: number;
  readonly max_bytes: number;
  readonly is_default: boolean;
}

/** @throws {Refusal} `invalid_value`, `not_found` */
export async function accountQuota(
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

/**
 * @param octets undefined goes back to the default; 0 accepts no mail
 * @throws {Refusal} `invalid_value`, `not_found`
 */
export async function setAccountQuota(
  context: AdminContext,
  name: string,
  octets: number | undefined,
): Promise<AccountQuota> {
  const account = await accountNamed(context, name);
  if (octets !== undefined && !(Number.isSafeInteger(octets) && octets >= 0)) {
    throw new Refusal("invalid_value", {
      explanation: "Quota must be a whole number of bytes, 0 or more",
    });
  }
  await context.store.accounts.setQuota(account.id, octets);
  return await accountQuota(context, name);
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

function quotaOf(context: AdminContext, account: Account | undefined) {
  const octets = account?.quotaOctets ?? context.settings.get("default_quota");
  return {
    max_bytes: octets,
    quota_bytes: octets,
    is_default_quota: account?.quotaOctets === undefined,
  };
}
