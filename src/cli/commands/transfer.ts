/** Accounts out of this relay and into it. @module */
import { resolve } from "node:path";
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
  const file = textOption(call, "output");
  if (file === undefined) {
    const data = await call.access.read("exportAllAccounts");
    return { data, text: JSON.stringify(data.users, undefined, 2) };
  }
  const data = await call.access.read("exportAccountsToFile", resolve(file), {
    overwrite: flagOption(call, "force"),
  });
  const text = `Wrote ${
    counted(data.total, "account", "accounts")
  } with password hashes to ${data.file}`;
  return { data, text };
}

async function importAccounts(call: Call): Promise<CommandResult> {
  const relay = textOption(call, "relay");
  const [file] = call.args;
  if ((relay === undefined) === (file === undefined)) {
    throw new CliError("usage", "Name a file, or --relay DIR", EXIT.usage);
  }
  const report = await call.access.admin(
    "importAccounts",
    relay === undefined
      ? { file: resolve(argument(call, 0)) }
      : { relayDirectory: resolve(relay) },
    { force: flagOption(call, "force") },
  );
  const data = await withApplied(call, report);
  const errors = report.errors ?? [];
  const lines = errors.map(({ index, error }) => `  entry ${index}: ${error}`);
  const text = [
    `Imported ${report.imported}, skipped ${report.skipped}`,
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
    ],
    run: importAccounts,
  },
];
