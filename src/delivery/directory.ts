/**
 * Which accounts mail to addresses of ours reaches.
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
import type { AccountStore, FoundAccount } from "../store/accounts.ts";

export interface Directory {
  /** The account behind each address of ours, in their order; undefined where nobody gets the mail. */
  findMany(
    addresses: readonly Address[],
  ): Promise<readonly (AccountId | undefined)[]>;
  /** No account can have this address of ours, nor reads its mail. */
  isReserved(address: Address): boolean;
  /** An admin wants no mail from this address. */
  isBlocked(address: Address): Promise<boolean>;
}

/** Names that mail must reach somebody by (RFC 5321 §4.5.1, RFC 2142 §4), and that no account can have. */
const ROLES = new Set(["postmaster", "abuse"]);

/** Names that no account can have, those apart. */
const RESERVED = new Set([
  "admin",
  "root",
  "mailer-daemon",
  "hostmaster",
  "webmaster",
]);

export class AccountDirectory implements Directory {
  /** @param roles The account that reads mail to postmaster and abuse, if any. */
  constructor(
    readonly store: Pick<AccountStore, "findMany" | "blocking">,
    readonly domains: LocalDomains,
    readonly roles: () => Address | undefined = () => undefined,
  ) {}

  async findMany(
    addresses: readonly Address[],
  ): Promise<(AccountId | undefined)[]> {
    const candidates = addresses.map((address) => this.#candidates(address));
    const found = await this.store.findMany(candidates.flat());
    let at = 0;
    return candidates.map(({ length }) => {
      const some = found.slice(at, at += length);
      return accountOf(some);
    });
  }

  isReserved(address: Address): boolean {
    const name = localPart(address);
    return ROLES.has(name) ? this.roles() === undefined : RESERVED.has(name);
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

/** The first that there is. */
function accountOf(found: readonly FoundAccount[]): AccountId | undefined {
  const first = found.find(({ account }) => account?.state === "active");
  return first?.blocked ? undefined : first?.account?.id;
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
