/** Taking accounts out and in. @module */
import {
  exportAccounts,
  exportToFile,
} from "../accounts/transfer/account_export.ts";
import {
  AccountImport,
  type AccountImportParts,
  importFile,
  type ImportReport,
} from "../accounts/transfer/account_import.ts";
import type { ExportedAccount } from "../accounts/transfer/import_entry.ts";
import { relayAccounts } from "../accounts/transfer/relay_tree.ts";
import { Refusal } from "../base/refusal.ts";
import type { AdminContext } from "./context.ts";

/** With password hashes: whoever has them may try passwords. */
export async function exportAllAccounts(
  context: AdminContext,
): Promise<{ users: readonly ExportedAccount[]; total: number }> {
  const users: ExportedAccount[] = [];
  for await (const user of exportAccounts(context.store.accounts)) {
    users.push(user);
  }
  return { users, total: users.length };
}

/** @throws {Refusal} `already_exists` */
export async function exportAccountsToFile(
  context: AdminContext,
  path: string,
  options: { overwrite: boolean },
): Promise<{ file: string; total: number }> {
  const total = await exportToFile(context.store.accounts, path, options);
  return { file: path, total };
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
    throw readable(error);
  }
}

function readable(error: unknown): unknown {
  if (error instanceof SyntaxError) {
    return new Refusal("invalid_value", { explanation: error.message });
  }
  if (error instanceof Deno.errors.NotFound) {
    return new Refusal("not_found", { explanation: error.message });
  }
  return error;
}
