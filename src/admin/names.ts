/** Account names as an admin writes them. @module */
import { Refusal } from "../base/refusal.ts";
import type { Address } from "../mail/address.ts";
import type { Account } from "../store/accounts.ts";
import type { AdminContext } from "./context.ts";

/**
 * The canonical address; a name without `@` is one of the primary domain.
 *
 * @throws {Refusal} `invalid_value`
 */
export function accountAddress(context: AdminContext, name: string): Address {
  const trimmed = name.trim();
  const full = trimmed.includes("@")
    ? trimmed
    : `${trimmed}@${context.domains.primary}`;
  try {
    return context.domains.parse(full);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new Refusal("invalid_value", {
      field: "username",
      explanation: `Invalid email address: ${error.message}`,
    });
  }
}

/** @throws {Refusal} `invalid_value`, `not_found` */
export async function accountNamed(
  context: AdminContext,
  name: string,
): Promise<Account> {
  const address = accountAddress(context, name);
  const account = await context.store.accounts.find(address);
  if (!account || account.state !== "active") {
    throw new Refusal("not_found", {
      address,
      explanation: `No account is named ${address}`,
    });
  }
  return account;
}
