/** One account as export files have it, and as it is read from one. @module */
import type { AccountListing } from "../../store/accounts.ts";

const SECONDS_PER_DAY = 86_400;

/** Times are seconds since 1970 UTC. */
export interface ExportedAccount {
  readonly username: string;
  readonly hash: string;
  readonly quota_bytes?: number;
  readonly created_at: number;
  readonly first_login_at?: number;
  readonly last_login_at?: number;
  readonly pinned?: true;
  readonly blocked?: true;
}

export interface ImportEntry {
  readonly username: string;
  readonly password?: string;
  readonly hash?: string;
  readonly quotaOctets?: number;
  readonly createdAt?: number;
  readonly firstLoginAt?: number;
  readonly lastLoginDay?: number;
  readonly pinned: boolean;
  readonly blocked: boolean;
}

export function exportedAccount(
  account: AccountListing,
  isBlocked: boolean,
): ExportedAccount {
  const { quotaOctets, firstLoginAt, lastLoginDay } = account;
  return {
    username: account.address,
    hash: account.passwordHash,
    ...(quotaOctets === undefined ? {} : { quota_bytes: quotaOctets }),
    created_at: account.createdAt,
    ...(firstLoginAt === undefined ? {} : { first_login_at: firstLoginAt }),
    ...(lastLoginDay === undefined
      ? {}
      : { last_login_at: lastLoginDay * SECONDS_PER_DAY }),
    ...(account.pinned ? { pinned: true } : {}),
    ...(isBlocked ? { blocked: true } : {}),
  };
}

/**
 * Reads one entry; fields that are not known are left aside.
 *
 * @throws {SyntaxError} what is wrong with it
 */
export function parseImportEntry(value: unknown): ImportEntry {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new SyntaxError("entry is not an object");
  }
  const fields = value as Readonly<Record<string, unknown>>;
  const username = text(fields, "username")?.trim() ?? "";
  if (username === "") throw new SyntaxError("empty username");
  const lastLogin = number(fields, "last_login_at");
  return {
    username,
    ...present("password", text(fields, "password")),
    ...present("hash", text(fields, "hash")),
    ...present("quotaOctets", number(fields, "quota_bytes")),
    ...present("createdAt", atLeast(2, number(fields, "created_at"))),
    // madmail writes 1 for never
    ...present("firstLoginAt", atLeast(2, number(fields, "first_login_at"))),
    ...present(
      "lastLoginDay",
      lastLogin === undefined || lastLogin < 2
        ? undefined
        : Math.floor(lastLogin / SECONDS_PER_DAY),
    ),
    pinned: fields.pinned === true,
    blocked: fields.blocked === true,
  };
}

type Fields = Readonly<Record<string, unknown>>;

function text(fields: Fields, name: string): string | undefined {
  const value = fields[name] ?? undefined;
  if (value === undefined || typeof value === "string") return value;
  throw new SyntaxError(`${name} is not text`);
}

function number(fields: Fields, name: string): number | undefined {
  const value = fields[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) {
    return value;
  }
  throw new SyntaxError(`${name} is not a whole number`);
}

function atLeast(min: number, value: number | undefined): number | undefined {
  return value !== undefined && value >= min ? value : undefined;
}

function present<K extends string, T>(
  name: K,
  value: T | undefined,
): { readonly [P in K]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { [P in K]?: T };
}
