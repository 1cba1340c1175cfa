/**
 * The account that development mode shows: made at the first start, and shown
 * again at every other. Its password is in a file, as nobody's should be who
 * does not only try things out.
 *
 * @module
 */
import { join } from "node:path";
import { createRandomAccount } from "../admin/operations/account_changes.ts";
import type { AdminContext } from "../admin/context.ts";
import { secretOfText } from "../base/secret.ts";
import { domain, findAddress } from "../mail/address.ts";

const FILE = "dev_account.json";

export interface DevAccount {
  readonly email: string;
  readonly password: string;
  /** For this server as it is reached now. */
  readonly dclogin: string;
}

/** The account of the last start if it is still here and in this domain, else a new one. */
export async function devAccount(admin: AdminContext): Promise<DevAccount> {
  const path = join(admin.stateDir, FILE);
  const kept = await keptAccount(admin, path);
  if (kept) return kept;
  const { email, password, dclogin } = await createRandomAccount(admin);
  await Deno.writeTextFile(path, JSON.stringify({ email, password }), {
    mode: 0o600,
  });
  return { email, password, dclogin };
}

async function keptAccount(
  admin: AdminContext,
  path: string,
): Promise<DevAccount | undefined> {
  const { email, password } = await readKept(path);
  const address = findAddress(email);
  if (!address || domain(address) !== admin.domains.primary) return undefined;
  const account = await admin.store.accounts.find(address);
  if (account?.state !== "active") return undefined;
  const { hasher } = admin.accounts;
  const secret = secretOfText(password);
  if (!await hasher.verify(account.passwordHash, secret)) return undefined;
  return {
    email: address,
    password,
    dclogin: admin.loginLink(address, password),
  };
}

async function readKept(
  path: string,
): Promise<{ email: string; password: string }> {
  try {
    const kept: unknown = JSON.parse(await Deno.readTextFile(path));
    const { email, password } = kept as Record<string, unknown>;
    return { email: String(email), password: String(password) };
  } catch {
    return { email: "", password: "" }; // none yet, or nothing of ours
  }
}
