/** Taking accounts out and in. @module */
import { exportPage } from "../accounts/transfer/account_export.ts";
import {
  AccountImport,
  type AccountImportParts,
  importFile,
  type ImportReport,
} from "../accounts/transfer/account_import.ts";
import type { ExportedAccount } from "../accounts/transfer/import_entry.ts";
import { relayAccounts } from "../accounts/transfer/relay_tree.ts";
import type { AccountId } from "../base/ids.ts";
import { systemError } from "../base/system_errors.ts";
import { userName } from "../files/owner.ts";
import { Refusal } from "../base/refusal.ts";
import type { AdminContext } from "./context.ts";

/**
 * Some accounts with password hashes: whoever has them may try passwords. JSON
 * has no undefined, so `next` is null after the last.
 *
 * @param after `next` of the page before; 0 for the first
 * @throws {Refusal} `invalid_value`
 */
export async function exportSomeAccounts(
  { store }: AdminContext,
  after: number,
): Promise<{ users: readonly ExportedAccount[]; next: number | null }> {
  if (!Number.isSafeInteger(after) || after < 0) {
    throw new Refusal("invalid_value", {
      explanation: "after must be a whole number",
    });
  }
  const page = await exportPage(store.accounts, after as AccountId);
  return { users: page.users, next: page.next ?? null };
}

export type ImportSource =
  /** JSON, as `accounts export` writes it. */
  | { readonly file: string }
  /** Mail directory of a chatmail/relay. */
  | { readonly relayDirectory: string }
  | { readonly users: readonly unknown[] };

/** @throws {Refusal} `not_found`, `invalid_value` if the source cannot be read */
export async function importAccounts(
  context: AdminContext,
  source: ImportSource,
  options: { force: boolean },
): Promise<ImportReport> {
  const parts: AccountImportParts = {
    store: context.store.accounts,
    accounts: context.accounts,
    domains: context.domains,
    options: {
      minUsernameLength: context.settings.get("min_username_length"),
      maxUsernameLength: context.settings.get("max_username_length"),
      minPasswordLength: context.settings.get("password_min_length"),
    },
    hasher: context.accounts.hasher,
    clock: context.clock,
    force: options.force,
  };
  try {
    if ("file" in source) return await importFile(source.file, parts);
    const entries = "users" in source
      ? source.users
      : relayAccounts(source.relayDirectory);
    return await new AccountImport(parts).run(entries);
  } catch (error) {
    throw readable(error, context, placeOf(source));
  }
}

function placeOf(source: ImportSource): string {
  if ("file" in source) return source.file;
  return "users" in source ? "The accounts" : source.relayDirectory;
}

function readable(
  error: unknown,
  { live }: AdminContext,
  place: string,
): unknown {
  if (error instanceof SyntaxError) {
    return new Refusal("invalid_value", { explanation: error.message });
  }
  const fault = systemError(error);
  if (fault === undefined) return error;
  const { code, reason, path } = fault;
  // whoever asks may well read what the process that does it may not
  const as = code === "EACCES" && live !== undefined
    ? `: the server reads it, as ${userName()}`
    : "";
  return new Refusal(code === "ENOENT" ? "not_found" : "invalid_value", {
    explanation: `${path ?? place}: ${reason}${as}`,
  });
}
