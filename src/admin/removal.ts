/** Deleting, banning and blocking. @module */
import { parseBlockPattern } from "../accounts/block_patterns.ts";
import { Refusal } from "../base/refusal.ts";
import type { AdminContext } from "./context.ts";
import { accountAddress, accountNamed } from "./names.ts";

export interface RemovedAccount {
  readonly username: string;
  readonly blocked: boolean;
  readonly reason: string | null;
}

/**
 * Deletes the account with all it holds.
 *
 * @param blockReason undefined lets the name be registered again
 * @throws {Refusal} `invalid_value`, `not_found`
 */
export async function deleteAccount(
  context: AdminContext,
  name: string,
  blockReason: string | undefined,
): Promise<RemovedAccount> {
  const account = await accountNamed(context, name);
  await context.accounts.remove(account, blockReason);
  return {
    username: account.address,
    blocked: blockReason !== undefined,
    reason: blockReason ?? null,
  };
}

/** Deletes the account if there is one, and blocks the name in any case. */
export async function banAccount(
  context: AdminContext,
  name: string,
  reason: string,
): Promise<RemovedAccount> {
  const address = accountAddress(context, name);
  const account = await context.store.accounts.find(address);
  if (account?.state === "active") {
    await context.accounts.remove(account, reason);
  } else {
    await context.accounts.block(address, reason);
  }
  return { username: address, blocked: true, reason };
}

/** Removes the entry of the blocklist, nothing else. @throws {Refusal} `not_found` */
export async function unbanAccount(
  context: AdminContext,
  name: string,
): Promise<{ username: string }> {
  return await removeBlock(context, name);
}

/**
 * Deletes and blocks every account.
 *
 * @param confirm the primary domain, so that it does not happen by accident
 * @throws {Refusal} `invalid_value`
 */
export async function deleteAllAccounts(
  context: AdminContext,
  confirm: string,
  reason: string,
): Promise<{ deleted: number; errors: readonly string[] }> {
  if (confirm !== context.domains.primary) {
    throw new Refusal("invalid_value", {
      explanation:
        `To delete all accounts, confirm with the domain ${context.domains.primary}`,
    });
  }
  return await context.accounts.removeAll(reason);
}

export interface BlockInput {
  readonly reason: string;
  readonly confirmed?: boolean;
}

/** Removes all mail of the account. @throws {Refusal} `invalid_value`, `not_found` */
export async function purgeAccount(
  context: AdminContext,
  name: string,
): Promise<{ username: string; deleted: number }> {
  const account = await accountNamed(context, name);
  const deleted = await context.accounts.purge(account);
  return { username: account.address, deleted };
}

export interface BlockedName {
  readonly username: string;
  readonly reason: string;
  readonly blocked_at: number;
}

export async function listBlocks(
  context: AdminContext,
): Promise<{ entries: readonly BlockedName[]; total: number }> {
  const entries = await context.store.accounts.listBlocked();
  return {
    entries: entries.map((entry) => ({
      username: entry.pattern,
      reason: entry.reason,
      blocked_at: entry.createdAt,
    })),
    total: entries.length,
  };
}

/**
 * A pattern is blocked only if the caller means the accounts that it covers.
 *
 * @throws {Refusal} `invalid_value`, `confirmation_required`
 */
export async function addBlock(
  context: AdminContext,
  pattern: string,
  { reason, confirmed = false }: BlockInput,
): Promise<{ username: string; reason: string }> {
  const { accounts, domains, store } = context;
  const whole = parseBlockPattern(withDomain(context, pattern), domains);
  if (!confirmed && whole.includes("*")) {
    const covered = await store.accounts.countCovered(whole);
    throw new Refusal("confirmation_required", {
      explanation: `${whole} would lock out ${covered} of ${await store.accounts
        .count()} accounts, and let nobody sign up under such a name`,
    });
  }
  const username = await accounts.block(whole, reason);
  return { username, reason };
}

/** @throws {Refusal} `invalid_value`, `not_found` */
export async function removeBlock(
  context: AdminContext,
  pattern: string,
): Promise<{ username: string }> {
  const username = await context.accounts.unblock(withDomain(context, pattern));
  return { username };
}

function withDomain(context: AdminContext, pattern: string): string {
  const trimmed = pattern.trim();
  return trimmed.includes("@")
    ? trimmed
    : `${trimmed}@${context.domains.primary}`;
}
