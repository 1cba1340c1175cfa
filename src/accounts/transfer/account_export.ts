/** Accounts with their password hashes, as JSON. @module */
import type { AccountId } from "../../base/ids.ts";
import { Part } from "../../files/part.ts";
import { Refusal } from "../../base/refusal.ts";
import type { AccountStore } from "../../store/accounts.ts";
import { type ExportedAccount, exportedAccount } from "./import_entry.ts";

const PAGE = 500;

export interface ExportPage {
  readonly users: readonly ExportedAccount[];
  /** Where the next page begins; undefined after the last. */
  readonly next?: AccountId;
}

/** A bounded number of accounts, those with an id above the given one. */
export async function exportPage(
  store: AccountStore,
  after: AccountId,
): Promise<ExportPage> {
  const accounts = await store.page(after, PAGE);
  const users: ExportedAccount[] = [];
  for (const account of accounts) {
    if (account.state !== "active") continue;
    const isBlocked = await store.blocking(account.address) !== undefined;
    users.push(exportedAccount(account, isBlocked));
  }
  const last = accounts.at(-1);
  return accounts.length === PAGE && last
    ? { users, next: last.id }
    : { users };
}

/**
 * Writes a JSON array, readable by the owner only. On failure nothing is left.
 *
 * @returns the number of accounts
 * @throws {Refusal} `already_exists` if there is such a file, unless `overwrite`
 */
export async function exportToFile(
  users: AsyncIterable<ExportedAccount>,
  path: string,
  { overwrite }: { overwrite: boolean },
): Promise<number> {
  if (!overwrite) checkFree(path);
  const part = Part.begin(path);
  try {
    const count = await writeAll(part.file, users);
    if (!overwrite) checkFree(path);
    part.finish();
    return count;
  } finally {
    part.abandon();
  }
}

/** @throws {Refusal} `already_exists` */
function checkFree(path: string): void {
  try {
    Deno.lstatSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return;
    throw error;
  }
  throw new Refusal("already_exists", {
    explanation: `File ${path} exists; --force overwrites it`,
  });
}

async function writeAll(
  file: Deno.FsFile,
  users: AsyncIterable<ExportedAccount>,
): Promise<number> {
  let count = 0;
  for await (const account of users) {
    const separator = count++ === 0 ? "[\n" : ",\n";
    await write(file, separator + JSON.stringify(account));
  }
  await write(file, count === 0 ? "[]\n" : "\n]\n");
  return count;
}

async function write(file: Deno.FsFile, text: string): Promise<void> {
  let octets = new TextEncoder().encode(text);
  while (octets.length > 0) octets = octets.subarray(await file.write(octets));
}
