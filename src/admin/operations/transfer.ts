/** Taking accounts out and in. @module */
import { optional } from "valibot";
import { exportPage } from "../../accounts/transfer/account_export.ts";
import {
  AccountImport,
  type AccountImportParts,
  importFile,
  type ImportReport,
} from "../../accounts/transfer/account_import.ts";
import { relayAccounts } from "../../accounts/transfer/relay_tree.ts";
import type { AccountId } from "../../base/ids.ts";
import { systemError } from "../../base/system_errors.ts";
import { userName } from "../../files/owner.ts";
import { Refusal } from "../../base/refusal.ts";
import type { AdminContext } from "../context.ts";
import { flag, integer, secretList, text } from "../fields.ts";
import { invalidField, operation } from "../operation.ts";

type ImportSource =
  /** JSON, as `accounts export` writes it. */
  | { readonly file: string }
  /** Mail directory of a chatmail/relay. */
  | { readonly relayDirectory: string }
  | { readonly users: readonly unknown[] };

/** @throws {Refusal} `not_found`, `invalid_value` if the source cannot be read */
async function importAccounts(
  context: AdminContext,
  source: ImportSource,
  { force, dryRun }: { readonly force: boolean; readonly dryRun: boolean },
): Promise<ImportReport> {
  const parts: AccountImportParts = {
    store: context.store.accounts,
    accounts: context.accounts,
    domains: context.domains,
    options: {
      minUsernameLength: context.settings.get("min_username_length"),
      maxUsernameLength: context.settings.get("max_username_length"),
      passwordMinLength: context.settings.get("password_min_length"),
    },
    hasher: context.accounts.hasher,
    clock: context.clock,
    force,
    dryRun,
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

interface ImportInput {
  readonly file?: string | undefined;
  readonly relay_directory?: string | undefined;
  readonly users?: readonly unknown[] | undefined;
}

/** @throws {Refusal} `invalid_value` unless exactly one is named */
function sourceOf(input: ImportInput): ImportSource {
  const { file, relay_directory: relayDirectory, users } = input;
  const named: ImportSource[] = [
    ...(file === undefined ? [] : [{ file }]),
    ...(relayDirectory === undefined ? [] : [{ relayDirectory }]),
    ...(users === undefined ? [] : [{ users }]),
  ];
  const [source] = named;
  if (source !== undefined && named.length === 1) return source;
  throw invalidField("file", "name one of file, relay_directory and users");
}

export const TRANSFER_OPERATIONS = {
  /** Kept in records as a change is. Refuses with `policy_rejection`. */
  "accounts.export": operation({
    summary:
      "Some accounts with password hashes, for who shows the token itself: whoever has them may try passwords",
    scope: "full",
    changes: true,
    input: {
      after: optional(
        integer("next of the page before; 0 for the first", {
          min: 0,
          max: Number.MAX_SAFE_INTEGER,
        }),
        0,
      ),
    },
    secretOutputs: ["users"],
    async run({ store, caller }, { after }) {
      // a browser that was left open is not enough
      if (caller?.kind === "session") {
        throw new Refusal("policy_rejection", {
          explanation: "This is shown to the token itself, not to a session",
        });
      }
      const page = await exportPage(store.accounts, after as AccountId);
      return { users: page.users, next: page.next ?? null };
    },
  }),
  /** Refuses with `not_found` or `invalid_value` if the source cannot be read. */
  "accounts.import": operation({
    takesLong: true,
    summary: "Take over accounts from one of three sources",
    scope: "full",
    changes: true,
    input: {
      file: optional(
        text("path of a JSON file, as accounts export writes it"),
      ),
      relay_directory: optional(
        text("path of the mail directory of a chatmail/relay"),
      ),
      users: optional(
        secretList("accounts with username, and password or hash"),
      ),
      force: optional(flag("whatever the lengths of names"), false),
      dry_run: optional(
        flag("read and count, and say what would be skipped"),
        false,
      ),
    },
    run: (context, { force, dry_run: dryRun, ...input }) =>
      importAccounts(context, sourceOf(input), { force, dryRun }),
  }),
} as const;
