/**
 * The recipients of one message: who gets it, once each, and who does not. The
 * sender's own copy is for its other devices: nobody has got the message by it.
 *
 * @module
 */
import type { AccountId } from "../base/ids.ts";
import { Refusal } from "../base/refusal.ts";
import { type Address, parseAddress } from "../mail/address.ts";
import type {
  DeliveryParts,
  RecipientRefusal,
  RefusedRecipient,
} from "./parts.ts";

/** The most helpful first: what the sender can do nothing about, or must know. */
const HELPFULNESS: readonly RecipientRefusal[] = [
  "no_such_user",
  "policy_rejection",
  "federation_off",
  "quota_exceeded",
];

export class Recipients {
  readonly #accounts = new Map<AccountId, Address>();
  readonly #refused = new Map<Address, RecipientRefusal>();
  readonly #addresses = new Set<Address>();
  /** The sender's account, if its own copy is asked for. */
  #own: AccountId | undefined;
  #others = 0;

  /** @param sender Who has logged in, folded; undefined for mail from elsewhere. */
  constructor(
    readonly parts: Pick<
      DeliveryParts,
      "directory" | "domains" | "outbound"
    >,
    readonly sender: Address | undefined,
  ) {}

  /** Everyone that was named, folded, once. */
  get addresses(): readonly Address[] {
    return [...this.#addresses];
  }

  get accounts(): readonly AccountId[] {
    return [...this.#accounts.keys()];
  }

  /** Whose copy is worth nothing unless somebody else gets the message too; undefined if it is the only one wanted. */
  get dependentCopy(): AccountId | undefined {
    return this.#others > 0 ? this.#own : undefined;
  }

  /** Somebody gets the message whom it is for. */
  get reached(): boolean {
    const copy = this.dependentCopy;
    return this.accounts.some((account) => account !== copy);
  }

  get refused(): readonly RefusedRecipient[] {
    return [...this.#refused].map(([address, code]) => ({ address, code }));
  }

  /** @param forwardPath RCPT's argument; "postmaster" alone is ours (RFC 5321 §4.5.1). */
  async add(forwardPath: string): Promise<void> {
    const { domains, directory, outbound } = this.parts;
    const address = this.resolve(forwardPath);
    if (this.#addresses.has(address)) return;
    this.#addresses.add(address);
    const isOwn = this.#isOwn(address);
    if (!isOwn) this.#others++;
    if (!domains.isLocalAddress(address)) {
      this.#refused.set(address, outbound.refusal(address));
      return;
    }
    const account = await directory.find(address);
    if (account === undefined) this.#refused.set(address, "no_such_user");
    else if (!this.#accounts.has(account)) this.#accounts.set(account, address);
    if (isOwn) this.#own = account;
  }

  #isOwn(address: Address): boolean {
    const { sender, parts: { domains } } = this;
    return sender !== undefined && domains.isLocalAddress(address) &&
      domains.candidates(address).includes(sender);
  }

  /** The folded address that a forward-path means. @throws {SyntaxError} */
  resolve(forwardPath: string): Address {
    const { domains } = this.parts;
    return forwardPath === "postmaster"
      ? parseAddress(`postmaster@${domains.primary}`)
      : domains.parsePath(forwardPath);
  }

  /** The store did not take the message for this account. */
  refuse(account: AccountId, code: RecipientRefusal): void {
    const address = this.#accounts.get(account);
    this.#accounts.delete(account);
    if (address !== undefined) this.#refused.set(address, code);
  }

  /** The one reply when nobody gets the message. */
  asRefusal(): Refusal {
    for (const code of HELPFULNESS) {
      const found = this.refused.find((refused) => refused.code === code);
      if (found) return new Refusal(code, { address: found.address });
    }
    return new Refusal("unavailable");
  }
}
