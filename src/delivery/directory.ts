/**
 * Which account mail to an address of ours reaches.
 *
 * An account that is blocked or being deleted is as unknown as one that never was.
 *
 * @module
 */
import type { AccountId } from "../base/ids.ts";
import {
  type Address,
  findAddress,
  localPart,
  lowerCase,
} from "../mail/address.ts";
import type { LocalDomains } from "../mail/local_domains.ts";
import type { AccountStore } from "../store/accounts.ts";

export interface Directory {
  /** The account behind an address of ours; undefined if nobody gets its mail. */
  find(address: Address): Promise<AccountId | undefined>;
  /** An admin wants no mail from this address. */
  isBlocked(address: Address): Promise<boolean>;
}

/** Names that mail must reach somebody by (RFC 5321 §4.5.1, RFC 2142 §4), and that no account can have. */
const ROLES = new Set(["postmaster", "abuse"]);

export class AccountDirectory implements Directory {
  /** @param roles The account that reads mail to postmaster and abuse, if any. */
  constructor(
    readonly store: Pick<AccountStore, "find" | "blocking">,
    readonly domains: LocalDomains,
    readonly roles: () => Address | undefined = () => undefined,
  ) {}

  async find(address: Address): Promise<AccountId | undefined> {
    for (const candidate of this.#candidates(address)) {
      const account = await this.store.find(candidate);
      if (!account || account.state !== "active") continue;
      const blocked = await this.store.blocking(candidate);
      return blocked ? undefined : account.id;
    }
    return undefined;
  }

  async isBlocked(address: Address): Promise<boolean> {
    return await this.store.blocking(lowerCase(address)) !== undefined;
  }

  #candidates(address: Address): Address[] {
    if (!ROLES.has(localPart(address))) return this.domains.candidates(address);
    const role = this.roles();
    return role ? [role] : [];
  }
}

/** The address in a mailto URI (RFC 6068 §2); undefined if it is none. */
export function addressInUri(uri: string): Address | undefined {
  const encoded = /^mailto:([^?,]+)/i.exec(uri)?.[1];
  if (encoded === undefined) return undefined;
  try {
    return findAddress(decodeURIComponent(encoded));
  } catch {
    return undefined; // a "%" that encodes nothing
  }
}
