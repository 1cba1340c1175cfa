/**
 * Which domains are ours, and which account an address of ours may mean.
 *
 * Each domain is a namespace of its own; an alias is another name for one of
 * them and is folded into it before anything else sees the address.
 *
 * @module
 */
import {
  type Address,
  domain,
  localPart,
  lowerCase,
  parseAddress,
  parseDomain,
  parseMailbox,
  parseRecipient,
} from "./address.ts";

export interface LocalDomainsOptions {
  /** The first is the primary one. Any form that `parseDomain` reads. */
  readonly domains: readonly string[];
  /** Alias → domain. */
  readonly aliases?: Readonly<Record<string, string>>;
  /** Begins the part of a local part that is not looked up; empty for none. Default `+`. */
  readonly recipientDelimiter?: string;
}

export class LocalDomains {
  /** Where generated accounts get their address. */
  readonly primary: string;
  readonly domains: readonly string[];
  readonly recipientDelimiter: string;
  readonly #canonical = new Map<string, string>();

  /**
   * @throws {SyntaxError} if a domain or alias is not one
   * @throws {RangeError} if there is no domain, or an alias is also a domain or leads nowhere
   */
  constructor(options: LocalDomainsOptions) {
    this.domains = [...new Set(options.domains.map(parseDomain))];
    this.recipientDelimiter = options.recipientDelimiter ?? "+";
    const [primary] = this.domains;
    if (primary === undefined) throw new RangeError("No domain is named");
    this.primary = primary;
    for (const name of this.domains) this.#canonical.set(name, name);
    for (const [from, to] of Object.entries(options.aliases ?? {})) {
      this.#addAlias(parseDomain(from), parseDomain(to));
    }
  }

  /** Whether mail to this canonical domain stays here: a domain of ours or an alias. */
  isLocal(domain: string): boolean {
    return this.#canonical.has(domain);
  }

  /** Whether the address is in a domain of ours or an alias of one. */
  isLocalAddress(address: Address): boolean {
    return this.#canonical.has(domain(address));
  }

  /** The same address with an alias replaced by its domain. */
  fold(address: Address): Address {
    const name = domain(address);
    const canonical = this.#canonical.get(name);
    if (canonical === undefined || canonical === name) return address;
    return `${localPart(address)}@${canonical}` as Address;
  }

  /** `parseAddress` and `fold` in one. @throws {SyntaxError} */
  parse(text: string): Address {
    return this.fold(parseAddress(text));
  }

  /**
   * A mailbox of any server: ours as its account may be named, whatever the case of
   * its letters, and others as `parseMailbox` has them.
   *
   * @throws {SyntaxError}
   */
  parsePath(text: string): Address {
    return this.#known(parseMailbox(text));
  }

  /** `parsePath` of whoever mail is to go to. @throws {SyntaxError} */
  parseForwardPath(text: string): Address {
    return this.#known(parseRecipient(text));
  }

  /**
   * The accounts that mail to a local address is for, best first: the address
   * itself, then the one without its suffix (RFC 5233 §1).
   */
  candidates(address: Address): Address[] {
    const folded = this.fold(address);
    const local = localPart(folded);
    const at = this.recipientDelimiter === ""
      ? -1
      : local.indexOf(this.recipientDelimiter, 1);
    if (at < 0) return [folded];
    return [folded, `${local.slice(0, at)}@${domain(folded)}` as Address];
  }

  #known(mailbox: Address): Address {
    const address = this.fold(mailbox);
    return this.isLocalAddress(address) ? lowerCase(address) : address;
  }

  #addAlias(alias: string, target: string): void {
    if (this.domains.includes(alias)) {
      throw new RangeError(`Domain ${alias} cannot be an alias as well`);
    }
    if (!this.domains.includes(target)) {
      throw new RangeError(`Alias ${alias} leads to ${target}, not a domain`);
    }
    this.#canonical.set(alias, target);
  }
}
