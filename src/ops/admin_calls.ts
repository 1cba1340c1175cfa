/**
 * The admin operations by name, so that the command line can have them done
 * where the server runs: its caches and sessions then know at once.
 *
 * @module
 */
import {
  accountInfo,
  accountQuota,
  accountsStatus,
  createAccount,
  createRandomAccount,
  listAccounts,
  setAccountPassword,
  setAccountPinned,
  setAccountQuota,
} from "../admin/accounts.ts";
import type { AdminContext } from "../admin/context.ts";
import {
  closeRegistration,
  openRegistration,
  registrationStatus,
  setJitRegistration,
  setTokenRequired,
} from "../admin/registration.ts";
import {
  deleteRegistrationToken,
  listRegistrationTokens,
  putRegistrationToken,
  registrationTokenStatus,
} from "../admin/registration_tokens.ts";
import {
  addBlock,
  banAccount,
  deleteAccount,
  deleteAllAccounts,
  listBlocks,
  purgeAccount,
  removeBlock,
  unbanAccount,
} from "../admin/removal.ts";
import {
  getSetting,
  listSettings,
  resetSetting,
  setSetting,
} from "../admin/settings.ts";
import { serverStatus } from "../admin/status.ts";
import { listTasks, runAllTasks, runTask } from "../admin/tasks.ts";
import { exportSomeAccounts, importAccounts } from "../admin/transfer.ts";
import { Refusal } from "../base/refusal.ts";

const ADMIN_CALLS = {
  accountInfo,
  accountQuota,
  accountsStatus,
  addBlock,
  banAccount,
  closeRegistration,
  createAccount,
  createRandomAccount,
  deleteAccount,
  deleteAllAccounts,
  deleteRegistrationToken,
  exportSomeAccounts,
  getSetting,
  importAccounts,
  listAccounts,
  listBlocks,
  listRegistrationTokens,
  listSettings,
  listTasks,
  openRegistration,
  purgeAccount,
  putRegistrationToken,
  registrationStatus,
  registrationTokenStatus,
  removeBlock,
  resetSetting,
  runAllTasks,
  runTask,
  serverStatus,
  setAccountPassword,
  setAccountPinned,
  setAccountQuota,
  setJitRegistration,
  setSetting,
  setTokenRequired,
  unbanAccount,
} as const;

export type AdminCall = keyof typeof ADMIN_CALLS;
export type AdminArguments<C extends AdminCall> =
  Parameters<(typeof ADMIN_CALLS)[C]> extends [AdminContext, ...infer Rest]
    ? Rest
    : never;
export type AdminResult<C extends AdminCall> = Awaited<
  ReturnType<(typeof ADMIN_CALLS)[C]>
>;

/**
 * Does one operation. The arguments come as JSON from a peer that the socket's
 * permissions trust, so the cast is where that trust begins.
 *
 * @throws {Refusal} the operation's, or `not_found`
 */
export async function callAdmin(
  context: AdminContext,
  name: string,
  values: readonly unknown[],
): Promise<unknown> {
  if (!Object.hasOwn(ADMIN_CALLS, name)) {
    throw new Refusal("not_found", { explanation: `No operation "${name}"` });
  }
  const call = ADMIN_CALLS[name as AdminCall] as (
    context: AdminContext,
    ...values: unknown[]
  ) => unknown;
  // JSON has no undefined: an absent argument arrives as null
  return await call(context, ...values.map((value) => value ?? undefined));
}
