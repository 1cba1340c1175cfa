/**
 * An account that a check makes for itself. It is written down before it is
 * made, so that it also goes when the program was killed meanwhile.
 *
 * @module
 */
import {
  LOWER_CASE_AND_DIGITS,
  randomText,
} from "../../../accounts/random_text.ts";
import type { AdminContext } from "../../../admin/context.ts";
import { Refusal } from "../../../base/refusal.ts";
import type { Address } from "../../../mail/address.ts";

const COLLECTION = "trial_accounts";
const PREFIX = "doctor-";
/** No check takes as long. */
const STALE_SECONDS = 600;

type Parts = Pick<
  AdminContext,
  "accounts" | "domains" | "origin" | "random" | "store"
>;

export interface TrialAccount {
  readonly address: Address;
  readonly password: string;
}

/** Makes an account for `work`, and removes it whatever comes of that. */
export async function withTrialAccount<T>(
  parts: Parts,
  work: (account: TrialAccount) => Promise<T>,
): Promise<T> {
  const { accounts, domains, origin, random, store } = parts;
  const name = PREFIX + randomText(random, LOWER_CASE_AND_DIGITS, 12);
  const address = domains.parse(`${name}@${domains.primary}`);
  await store.records.change({
    collection: COLLECTION,
    put: [{ key: address, value: JSON.stringify(store.clock.seconds()) }],
  });
  try {
    const { password } = await accounts.create({
      address,
      origin,
      force: true,
    });
    return await work({ address, password });
  } finally {
    await removeTrial(parts, address);
  }
}

/** Removes what was left behind; for somebody who looks now and then. */
export async function removeStaleTrials(
  parts: Pick<AdminContext, "accounts" | "domains" | "store">,
): Promise<void> {
  const now = parts.store.clock.seconds();
  for (const { key, value } of await parts.store.records.load(COLLECTION)) {
    if (now - Number(value) < STALE_SECONDS) continue;
    await removeTrial(parts, key);
  }
}

/** Never another account than one of these, whatever the record says. */
async function removeTrial(
  { accounts, domains, store }: Pick<
    AdminContext,
    "accounts" | "domains" | "store"
  >,
  name: string,
): Promise<void> {
  if (name.startsWith(PREFIX)) {
    const account = await store.accounts.find(domains.parse(name));
    if (account?.state === "active") await removed(accounts, account);
  }
  await store.records.change({ collection: COLLECTION, remove: [name] });
}

async function removed(
  accounts: AdminContext["accounts"],
  account: Parameters<AdminContext["accounts"]["remove"]>[0],
): Promise<void> {
  try {
    await accounts.remove(account);
  } catch (error) {
    // somebody else has removed it
    if (!(error instanceof Refusal) || error.code !== "not_found") throw error;
  }
}
