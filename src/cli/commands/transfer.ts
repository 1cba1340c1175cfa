/** Accounts out of this relay and into it. @module */
import { resolve } from "node:path";
import { exportToFile } from "../../accounts/transfer/account_export.ts";
import type { ExportedAccount } from "../../accounts/transfer/import_entry.ts";
import type { AdminOutput } from "../../admin/operation_table.ts";
import {
  argument,
  type Call,
  type Command,
  type CommandResult,
  flagOption,
  textOption,
  withApplied,
} from "../command.ts";
import { CliError, EXIT } from "../exit_codes.ts";
import { counted } from "../text.ts";

async function exportAccounts(call: Call): Promise<CommandResult> {
  const output = textOption(call, "output");
  const accounts = exportedAccounts(call);
  if (output === undefined) {
    const users = await Array.fromAsync(accounts);
    const data = { users, total: users.length };
    return { data, text: JSON.stringify(users, undefined, 2) };
  }
  const file = resolve(output);
  const overwrite = flagOption(call, "force");
  const total = await exportToFile(accounts, file, { overwrite });
  const text = `Wrote ${
    counted(total, "account", "accounts")
  } with password hashes to ${file}`;
  return { data: { file, total }, text };
}

/** In pages, so that neither server nor socket holds all of them at once. */
async function* exportedAccounts(call: Call): AsyncGenerator<ExportedAccount> {
  for (let after: number | null = 0; after !== null;) {
    const page: ExportAnswer = await call.access.call("accounts.export", {
      after,
    });
    yield* page.users;
    after = page.next;
  }
}

type ExportAnswer = AdminOutput<"accounts.export">;

async function importAccounts(call: Call): Promise<CommandResult> {
  const relay = textOption(call, "relay");
  const [file] = call.args;
  if ((relay === undefined) === (file === undefined)) {
    throw new CliError("usage", "Name a file, or --relay DIR", EXIT.usage);
  }
  const source = relay === undefined
    ? { file: resolve(argument(call, 0)) }
    : { relay_directory: resolve(relay) };
  const dryRun = flagOption(call, "dryRun");
  const report = await call.access.call("accounts.import", {
    ...source,
    force: flagOption(call, "force"),
    dry_run: dryRun,
  });
  const data = dryRun ? report : await withApplied(call, report);
  const errors = report.errors ?? [];
  const lines = errors.map(({ index, error }) => `  entry ${index}: ${error}`);
  const text = [
    `${
      dryRun ? "Would import" : "Imported"
    } ${report.imported}, skipped ${report.skipped}`,
    ...lines,
  ].join("\n");
  return { data, text, exit: errors.length > 0 ? EXIT.partial : EXIT.ok };
}

export const TRANSFER_COMMANDS: readonly Command[] = [
  {
    usage: "accounts export",
    summary: "All accounts with their password hashes, as JSON",
    options: [
      {
        flags: "-o, --output <file>",
        summary: "into a file that only its owner can read",
      },
      { flags: "--force", summary: "overwrite the file" },
    ],
    run: exportAccounts,
  },
  {
    usage: "accounts import [file]",
    summary: "Accounts from a JSON array of {username, password or hash}",
    options: [
      {
        flags: "--relay <dir>",
        summary: "from the mail directory of a chatmail/relay instead",
      },
      { flags: "--force", summary: "whatever the lengths of names" },
      { flags: "--dry-run", summary: "only say what would be done" },
    ],
    run: importAccounts,
  },
];
