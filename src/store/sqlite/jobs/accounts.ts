/** Jobs on accounts, tokens and the blocklist. @module */
import { dayOf } from "../../../base/clock.ts";
import { Refusal, type RefusalCode } from "../../../base/refusal.ts";
import type { AccountId, TokenId } from "../../../base/ids.ts";
import type {
  BlockEntry,
  LoginRecord,
  NewAccount,
  TokenChange,
} from "../../accounts.ts";
import type { LivedDates } from "../tables/account_table.ts";
import type { JobContext } from "./context.ts";
import { removeQueued } from "./queue/enqueue.ts";
import { BATCH_MESSAGES, removePlaced } from "./removal.ts";
import { forgetTaken } from "./takeover/marks.ts";

const QUEUED_AT_ONCE = 50;

/** @throws {Refusal} `username_taken`, `token_invalid`, `busy` */
export function createAccount(
  context: JobContext,
  account: NewAccount,
): AccountId {
  const code = obstacle(context, account);
  if (code) throw new Refusal(code);
  return addAccount(context, account, tokenFor(context, account));
}

/** undefined in place of those whose name is taken. */
export function createAccounts(
  context: JobContext,
  accounts: readonly NewAccount[],
): (AccountId | undefined)[] {
  return accounts.map((account) =>
    obstacle(context, account)
      ? undefined
      : addAccount(context, account, tokenFor(context, account))
  );
}

function obstacle(
  context: JobContext,
  { address }: NewAccount,
): RefusalCode | undefined {
  const existing = context.accounts.find(address);
  if (!existing) return undefined;
  return existing.state === "deleting" ? "busy" : "username_taken";
}

function tokenFor(
  context: JobContext,
  { token }: NewAccount,
): TokenId | undefined {
  if (token === undefined) return undefined;
  const id = context.tokens.use(token, context.livedSeconds);
  if (id === undefined) throw new Refusal("token_invalid");
  return id;
}

function addAccount(
  context: JobContext,
  account: NewAccount,
  token: TokenId | undefined,
): AccountId {
  const lived = livedDates(context, account);
  const id = context.accounts.insert(account, lived, token);
  context.usage.open(id);
  const inbox = { account: id, name: "INBOX", subscribed: true };
  context.mailboxes.create(inbox, context.nowSeconds);
  return id;
}

/** Accounts from another relay bring their age along; all others begin now. */
function livedDates(
  { nowSeconds, livedSeconds }: JobContext,
  { origin, createdAt, lastLoginDay }: NewAccount,
): LivedDates {
  const isNew = origin !== "import";
  const ageSeconds = isNew ? 0 : Math.max(nowSeconds - createdAt, 0);
  const createdLived = livedSeconds - ageSeconds;
  if (lastLoginDay === undefined) return { createdLived };
  const idleDays = isNew ? 0 : Math.max(dayOf(nowSeconds) - lastLoginDay, 0);
  return { createdLived, loginLivedDay: dayOf(livedSeconds) - idleDays };
}

export function setPasswordHash(
  context: JobContext,
  { id, hash }: { id: AccountId; hash: string },
): void {
  mustExist(context.accounts.setPasswordHash(id, hash));
}

export function setQuota(
  context: JobContext,
  { id, octets }: { id: AccountId; octets: number | undefined },
): void {
  mustExist(context.accounts.setQuota(id, octets));
}

export function setPinned(
  context: JobContext,
  { id, pinned }: { id: AccountId; pinned: boolean },
): void {
  mustExist(context.accounts.setPinned(id, pinned));
}

function mustExist(found: boolean): void {
  if (!found) throw new Refusal("no_such_user");
}

export function recordLogins(
  context: JobContext,
  logins: readonly LoginRecord[],
): void {
  for (const login of logins) {
    context.accounts.recordLogin(login, {
      day: dayOf(login.atSeconds),
      livedDay: dayOf(context.livedSeconds),
    });
  }
}

/**
 * From now on nobody can log in; safe to repeat.
 *
 * @throws {Refusal} `no_such_user`
 */
export function startDeletion(
  context: JobContext,
  { id, block }: { id: AccountId; block: BlockEntry | undefined },
): void {
  const found = context.accounts.markDeleting(id);
  if (!found && !context.accounts.byId(id)) throw new Refusal("no_such_user");
  context.pushTokens.clear(id);
  context.accountKeys.remove(id);
  if (block) context.blocklist.put(block);
}

/** A part of the messages of an account: how many, and whether there are more. */
export function removeSomeMail(
  context: JobContext,
  account: AccountId,
): { deleted: number; more: boolean } {
  const messages = context.messages.some(account, BATCH_MESSAGES);
  removePlaced(context, messages);
  return {
    deleted: messages.length,
    more: messages.length === BATCH_MESSAGES,
  };
}

/** One step of deleting an account; false when it was the last. */
export function deleteSome(context: JobContext, id: AccountId): boolean {
  const account = context.accounts.byId(id);
  if (account?.state !== "deleting") return false;
  const queued = context.queue.ofAccount(id, QUEUED_AT_ONCE);
  removeQueued(context, queued);
  if (queued.length === QUEUED_AT_ONCE) return true;
  if (removeSomeMail(context, id).more) return true;
  for (const mailbox of context.mailboxes.list(id)) {
    context.changes.deleted(mailbox.id, mailbox.highestModSeq);
    context.messages.forgetExpunged(mailbox.id);
    forgetTaken(context, mailbox.id);
    context.mailboxes.remove(mailbox.id);
  }
  context.usage.close(id);
  context.pushTokens.clear(id);
  context.accountKeys.remove(id);
  if (account.tokenId !== undefined && account.firstLoginAt === undefined) {
    context.tokens.giveBack(account.tokenId);
  }
  context.accounts.remove(id);
  return false;
}

export function block(context: JobContext, entry: BlockEntry): void {
  context.blocklist.put(entry);
}

export function unblock(context: JobContext, pattern: string): boolean {
  return context.blocklist.remove(pattern);
}

export function putToken(context: JobContext, change: TokenChange) {
  const created = context.tokens.put(change, context);
  const token = context.tokens.find(change.token, context.livedSeconds)!;
  return { token, created };
}

export function deleteToken(context: JobContext, token: string): boolean {
  return context.tokens.remove(token);
}
