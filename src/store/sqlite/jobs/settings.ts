/** Jobs on settings, secrets, named values, push tokens, keys of accounts and task runs. @module */
import type { AccountId } from "../../../base/ids.ts";
import type { RecordChange } from "../../records.ts";
import type { TaskRun } from "../../store.ts";
import type { JobContext } from "./context.ts";

interface SettingsChange {
  readonly rows: readonly {
    readonly name: string;
    /** Without one the row goes. */
    readonly value: string | undefined;
  }[];
  readonly revision: string | undefined;
}

/** False if the table is not as it was at the revision. */
export function changeSettings(
  { settings, nowSeconds }: JobContext,
  { rows, revision }: SettingsChange,
): boolean {
  if (revision !== undefined && settings.all().revision !== revision) {
    return false;
  }
  for (const { name, value } of rows) {
    if (value === undefined) settings.reset(name);
    else settings.set(name, value, nowSeconds);
  }
  return true;
}

export function keepSecret(
  context: JobContext,
  { name, value }: { name: string; value: Uint8Array },
): Uint8Array {
  return context.settings.keepSecret(name, value);
}

export function changeRecords(
  { records }: JobContext,
  { collection, put = [], remove = [] }: RecordChange,
): void {
  for (const key of remove) records.remove(collection, key);
  for (const record of put) records.put(collection, record);
}

export function putPushToken(
  context: JobContext,
  { account, token }: { account: AccountId; token: string },
): void {
  if (context.accounts.byId(account)?.state !== "active") return;
  context.pushTokens.put(account, token, context.livedSeconds);
}

export function removePushToken(
  context: JobContext,
  { account, token }: { account: AccountId; token: string },
): void {
  context.pushTokens.remove(account, token);
}

export function clearPushTokens(
  context: JobContext,
  account: AccountId,
): void {
  context.pushTokens.clear(account);
}

export function prunePushTokens(
  context: JobContext,
  olderThanSeconds: number,
): number {
  return context.pushTokens.prune(context.livedSeconds - olderThanSeconds);
}

export function putAccountKey(
  context: JobContext,
  { account, certificate }: { account: AccountId; certificate: Uint8Array },
): void {
  if (context.accounts.byId(account)?.state !== "active") return;
  context.accountKeys.put(account, certificate);
}

export function forgetAccountKeys(context: JobContext): void {
  context.accountKeys.clear();
}

export function saveTaskRun(context: JobContext, run: TaskRun): void {
  context.tasks.save(run);
}

/** The writer's own commits do not change it, since it is this connection that makes them. */
export function dataVersion(context: JobContext): number {
  return context.db.row<{ data_version: number }>("PRAGMA data_version")!
    .data_version;
}
