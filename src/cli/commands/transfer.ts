/** Accounts out of this relay and into it. @module */
import { resolve } from "node:path";
import { entriesIn } from "../../accounts/transfer/account_import.ts";
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
import { systemError } from "../../base/system_errors.ts";
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
  const dryRun = flagOption(call, "dryRun");
  const how = { force: flagOption(call, "force"), dry_run: dryRun };
  const report = relay === undefined
    ? await importFile(call, resolve(argument(call, 0)), how)
    : await call.access.call("accounts.import", {
      relay_directory: resolve(relay),
      ...how,
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

type ImportAnswer = AdminOutput<"accounts.import">;

/**
 * Reads the file here, since a server may not be allowed to, and hands it over
 * in parts. One that cannot be read as a whole imports nothing: it is read twice.
 */
async function importFile(
  call: Call,
  path: string,
  how: { readonly force: boolean; readonly dry_run: boolean },
): Promise<ImportAnswer> {
  let whole = { imported: 0, skipped: 0 };
  const errors: ImportAnswer["errors"][number][] = [];
  let before = 0;
  try {
    for await (const _ of entriesIn(path));
    for await (const users of inParts(entriesIn(path))) {
      const part = await call.access.call("accounts.import", { users, ...how });
      whole = {
        imported: whole.imported + part.imported,
        skipped: whole.skipped + part.skipped,
      };
      errors.push(
        ...part.errors.map((one) => ({ ...one, index: one.index + before })),
      );
      before += users.length;
    }
  } catch (error) {
    const reason = error instanceof SyntaxError
      ? error.message
      : reasonOfDirectory(error);
    if (reason === undefined) throw error;
    throw new CliError("invalid_value", `${path}: ${reason}`, EXIT.conflict);
  }
  return { ...whole, errors: errors.slice(0, MAX_ERRORS) };
}

function reasonOfDirectory(error: unknown): string | undefined {
  const fault = systemError(error);
  return fault?.code === "EISDIR" ? fault.reason : undefined;
}

const MAX_ERRORS = 1000;
/** What one request has, well below what the server reads of one. */
const PART = { entries: 500, length: 128 * 1024 };

async function* inParts(
  entries: AsyncIterable<unknown>,
): AsyncGenerator<unknown[]> {
  let part: unknown[] = [];
  let length = 0;
  for await (const entry of entries) {
    part.push(entry);
    length += JSON.stringify(entry).length;
    if (part.length < PART.entries && length < PART.length) continue;
    yield part;
    part = [];
    length = 0;
  }
  if (part.length > 0) yield part;
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
