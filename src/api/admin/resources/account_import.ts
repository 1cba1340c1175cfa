/** Accounts taken in by the API of other relays: who comes without a password gets one. @module */
import { randomPassword } from "../../../accounts/random_text.ts";
import type { Address } from "../../../mail/address.ts";
import type { AdminContext } from "../../../admin/context.ts";
import { accountAddress } from "../../../admin/names.ts";
import { invalidField } from "../../../admin/operation.ts";
import { Refusal } from "../../../base/refusal.ts";
import { perform } from "./action.ts";

interface Drawn {
  readonly username: Address;
  readonly password: string;
}

/** As many entries are looked at before others have their turn. */
const AT_ONCE = 100;

export async function importAccounts(
  context: AdminContext,
  users: readonly unknown[] | undefined,
) {
  if (users === undefined || users.length === 0) {
    throw invalidField("users", "must name at least one account");
  }
  const drawn: Drawn[] = [];
  const entries: unknown[] = [];
  for (const [at, user] of users.entries()) {
    if (at % AT_ONCE === 0) await context.timers.sleep(0);
    entries.push(await entryOf(context, user, drawn));
  }
  const report = await perform(context, "accounts.import", { users: entries });
  const created = await existing(context, drawn);
  return {
    imported: report.imported,
    skipped: report.skipped,
    ...(report.errors.length === 0 ? {} : {
      errors: report.errors.map(({ index, error }) => `${index}: ${error}`),
    }),
    ...(created.length === 0 ? {} : { created }),
  };
}

/** What is empty is as if it was not there; a password is drawn for a new account without one. */
async function entryOf(
  context: AdminContext,
  user: unknown,
  drawn: Drawn[],
): Promise<unknown> {
  if (typeof user !== "object" || user === null || Array.isArray(user)) {
    return user;
  }
  const entry: Record<string, unknown> = Object.fromEntries(
    Object.entries(user).filter(([name, value]) =>
      value !== "" || name === "username"
    ),
  );
  if (entry.password !== undefined || entry.hash !== undefined) return entry;
  const username = addressOf(context, entry.username);
  if (username === undefined) return entry;
  if (await context.store.accounts.find(username)) {
    return { ...entry, password: "known already" };
  }
  const password = randomPassword(
    context.random,
    context.settings.get("password_length"),
  );
  drawn.push({ username, password });
  return { ...entry, password };
}

function addressOf(
  context: AdminContext,
  username: unknown,
): Address | undefined {
  if (typeof username !== "string") return undefined;
  try {
    return accountAddress(context, username);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** Those that there are now. */
async function existing(
  { store, timers }: AdminContext,
  drawn: readonly Drawn[],
): Promise<Drawn[]> {
  const found: Drawn[] = [];
  for (let first = 0; first < drawn.length; first += AT_ONCE) {
    const some = drawn.slice(first, first + AT_ONCE);
    const accounts = await store.accounts.findMany(
      some.map(({ username }) => username),
    );
    found.push(...some.filter((_, at) => accounts[at]?.account !== undefined));
    await timers.sleep(0);
  }
  return found;
}
