/**
 * Accounts of a chatmail/relay: one directory for each, named by its address,
 * whose file `password` holds the hash and, as its time of change, the last
 * login.
 *
 * @module
 */
const SECONDS_PER_DAY = 86_400;
const MAX_PASSWORD_OCTETS = 1024;

/** Entries as `AccountImport` reads them. */
export async function* relayAccounts(
  directory: string,
): AsyncGenerator<Record<string, unknown>> {
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    if (!isDirectory || !name.includes("@")) continue;
    const entry = await readAccount(`${directory}/${name}/password`);
    if (entry) yield { username: name, ...entry };
  }
}

async function readAccount(
  path: string,
): Promise<Record<string, unknown> | undefined> {
  try {
    const { isFile, size, mtime } = await Deno.lstat(path);
    if (!isFile || size === 0 || size > MAX_PASSWORD_OCTETS) return undefined;
    const seconds = Math.floor((mtime?.getTime() ?? 0) / 1000);
    return {
      hash: (await Deno.readTextFile(path)).trim(),
      created_at: seconds,
      first_login_at: seconds,
      last_login_at: seconds - seconds % SECONDS_PER_DAY,
    };
  } catch (error) {
    // not an account, or one that never logged in
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
