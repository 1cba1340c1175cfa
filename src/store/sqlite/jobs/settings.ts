/** Jobs on settings, secrets, push tokens and task runs. @module */
import type { AccountId } from "../../../base/ids.ts";
import type { TaskRun } from "../../store.ts";
import type { JobContext } from "./context.ts";

export function setSetting(
  context: JobContext,
  { name, value }: { name: string; value: string },
): void {
  context.settings.set(name, value, context.nowSeconds);
}

export function resetSetting(context: JobContext, name: string): void {
  context.settings.reset(name);
}

export function keepSecret(
  context: JobContext,
  { name, value }: { name: string; value: Uint8Array },
): Uint8Array {
  return context.settings.keepSecret(name, value);
}

export function putPushToken(
  context: JobContext,
  { account, token }: { account: AccountId; token: string },
): void {
  if (context.accounts.byId(account)?.state !== "active") return;
  context.pushTokens.put(account, token, context.livedSeconds);
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

export function saveTaskRun(context: JobContext, run: TaskRun): void {
  context.tasks.save(run);
}

/** The writer's own commits do not change it, since it is this connection that makes them. */
export function dataVersion(context: JobContext): number {
  return context.db.row<{ data_version: number }>("PRAGMA data_version")!
    .data_version;
}
