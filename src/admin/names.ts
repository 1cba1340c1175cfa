/** Names of accounts and of other domains as an admin writes them. @module */
import { Refusal } from "../base/refusal.ts";
import { type Address, parseDomain } from "../mail/address.ts";
import type { Account } from "../store/accounts.ts";
import type { AdminContext } from "./context.ts";
import { invalidField } from "./operation.ts";

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

/**
 * The canonical form of a domain or an IP address.
 *
 * @throws {Refusal} `invalid_value` for that field
 */
export function domainIn(field: string, written: string): string {
  try {
    return parseDomain(written.trim());
  } catch {
    throw invalidField(field, "must be a domain or an IP address");
  }
}
