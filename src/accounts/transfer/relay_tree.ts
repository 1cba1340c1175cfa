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
    const entry = await readRelayAccount(`${directory}/${name}`);
    if (entry) yield { username: name, ...entry };
  }
}

/** Undefined: there is no account, or nobody ever logged in. */
export async function readRelayAccount(
  directory: string,
): Promise<Record<string, unknown> | undefined> {
  const path = `${directory}/password`;
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
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
