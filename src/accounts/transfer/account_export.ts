/** All accounts with their password hashes, as JSON. @module */
import type { AccountStore } from "../../store/accounts.ts";
import { type ExportedAccount, exportedAccount } from "./import_entry.ts";
import { Refusal } from "../../base/refusal.ts";

const PAGE = 500;
const OWNER_ONLY = 0o600;

export async function* exportAccounts(
  store: AccountStore,
): AsyncGenerator<ExportedAccount> {
  for (let offset = 0;; offset += PAGE) {
    const { accounts } = await store.list({ offset, limit: PAGE });
    for (const account of accounts) {
      if (account.state !== "active") continue;
      const isBlocked = await store.blocking(account.address) !== undefined;
      yield exportedAccount(account, isBlocked);
    }
    if (accounts.length < PAGE) return;
  }
}

/**
 * Writes a JSON array, readable by the owner only. On failure nothing is left.
 *
 * @returns the number of accounts
 * @throws {Refusal} `already_exists` if there is such a file, unless `overwrite`
 */
export async function exportToFile(
  store: AccountStore,
  path: string,
  { overwrite }: { overwrite: boolean },
): Promise<number> {
  const target = overwrite ? `${path}.part-${crypto.randomUUID()}` : path;
  const file = await openNew(target);
  try {
    const count = await writeAll(file, store);
    if (overwrite) await Deno.rename(target, path);
    return count;
  } catch (error) {
    await Deno.remove(target);
    throw error;
  }
}

async function openNew(path: string): Promise<Deno.FsFile> {
  try {
    return await Deno.open(path, {
      write: true,
      createNew: true,
      mode: OWNER_ONLY,
    });
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    throw new Refusal("already_exists", {
      explanation: `File ${path} exists; --force overwrites it`,
    });
  }
}

async function writeAll(
  file: Deno.FsFile,
  store: AccountStore,
): Promise<number> {
  using _ = file;
  let count = 0;
  for await (const account of exportAccounts(store)) {
    const separator = count++ === 0 ? "[\n" : ",\n";
    await write(file, separator + JSON.stringify(account));
  }
  await write(file, count === 0 ? "[]\n" : "\n]\n");
  await file.sync();
  return count;
}

async function write(file: Deno.FsFile, text: string): Promise<void> {
  let octets = new TextEncoder().encode(text);
  while (octets.length > 0) octets = octets.subarray(await file.write(octets));
}
