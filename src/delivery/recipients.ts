/**
 * The recipients of one message: who gets it, once each, and who does not. The
 * sender's own copy is for its other devices: nobody has got the message by it.
 * Who is who is looked up when the message is whole, for all at once.
 *
 * @module
 */
import type { AccountId } from "../base/ids.ts";
import { Refusal } from "../base/refusal.ts";
import { type Address, parseAddress } from "../mail/address.ts";
import type { LocalDomains } from "../mail/local_domains.ts";
import type { FailedRecipient, OutboundRecipient } from "../store/queue.ts";
import type { RecipientRefusal, RefusedRoute } from "./outbound.ts";
import { destinationOf, noteOf, type Route } from "./routing.ts";

/** The most helpful first: what the sender can do nothing about, or must know. */
const HELPFULNESS: readonly RecipientRefusal[] = [
  "no_such_user",
  "no_such_domain",
  "message_too_large",
  "policy_rejection",
  "federation_off",
  "quota_exceeded",
];

export class Recipients {
  readonly #domains: LocalDomains;
  readonly #sender: Address | undefined;
  readonly #addresses = new Set<Address>();
  readonly #accounts = new Map<AccountId, Address>();
  readonly #queued = new Map<Address, string>();
  readonly #refused = new Map<Address, RefusedRoute>();
  #dismissed = 0;
  /** The sender's account, if its own copy is asked for. */
  #own: AccountId | undefined;
  #others = 0;

  /** @param sender Who has logged in, folded; undefined for mail from elsewhere. */
  constructor(domains: LocalDomains, sender: Address | undefined) {
    this.#domains = domains;
    this.#sender = sender;
  }

  /** Everyone that was named, folded, once. */
  get addresses(): readonly Address[] {
    return [...this.#addresses];
  }

  /** Some are elsewhere. */
  get leaves(): boolean {
    return this.addresses.some((one) => !this.#domains.isLocalAddress(one));
  }

  get accounts(): readonly AccountId[] {
    return [...this.#accounts.keys()];
  }

  /** Those whose mail waits to be sent. */
  get queuedCount(): number {
    return this.#queued.size;
  }

  get destinations(): ReadonlySet<string> {
    return new Set(this.#queued.values());
  }

  get dismissedCount(): number {
    return this.#dismissed;
  }

  /** Whose copy is worth nothing unless somebody else gets the message too; undefined if it is the only one wanted. */
  get dependentCopy(): AccountId | undefined {
    const isAlone = this.#others === 0 || this.#dismissed > 0;
    return isAlone ? undefined : this.#own;
  }

  /** Somebody gets the message whom it is for, as far as they can tell. */
  get reached(): boolean {
    const copy = this.dependentCopy;
    return this.#queued.size > 0 || this.#dismissed > 0 ||
      this.accounts.some((account) => account !== copy);
  }

  /** Somebody elsewhere is refused. */
  get refusesElsewhere(): boolean {
    return this.outbound().some(({ failure }) => failure !== undefined);
  }

  get refusals(): readonly RecipientRefusal[] {
    return [...this.#refused.values()].map(({ code }) => code);
  }

  /** @param address As `resolve` gives it. */
  add(address: Address): void {
    if (this.#addresses.has(address)) return;
    this.#addresses.add(address);
    if (!this.#isOwn(address)) this.#others++;
  }

  /** The folded address that RCPT's argument means; "postmaster" alone is ours (RFC 5321 §4.5.1). @throws {SyntaxError} */
  resolve(forwardPath: string): Address {
    return forwardPath === "postmaster"
      ? parseAddress(`postmaster@${this.#domains.primary}`)
      : this.#domains.parseForwardPath(forwardPath);
  }

  /** Takes over where each goes. */
  settle(routes: ReadonlyMap<Address, Route>): void {
    for (const address of this.#addresses) {
      const route = routes.get(address);
      if (route) this.#settle(address, route);
    }
  }

  /** The store did not take the message for this account. */
  refuse(account: AccountId, code: RecipientRefusal): void {
    const address = this.#accounts.get(account);
    this.#accounts.delete(account);
    if (address !== undefined) this.#refused.set(address, { code });
  }

  /**
   * What goes into the queue: those whose mail is to be sent, and those of whose
   * refusal the sender is told. Not recipients here: clients mark a whole group
   * message as failed for one member who is gone.
   */
  outbound(): OutboundRecipient[] {
    return this.addresses.flatMap((address): OutboundRecipient[] => {
      const destination = this.#queued.get(address);
      if (destination !== undefined) return [{ address, destination }];
      const refused = this.#refused.get(address);
      if (!refused || this.#domains.isLocalAddress(address)) return [];
      const failure = noteOf(refused);
      return [{ address, destination: destinationOf(address), failure }];
    });
  }

  /** The one reply when nobody gets the message. */
  asRefusal(): Refusal {
    for (const code of HELPFULNESS) {
      for (const [address, refused] of this.#refused) {
        if (refused.code === code) return refusalOf(address, refused);
      }
    }
    return new Refusal("unavailable");
  }

  #settle(address: Address, route: Route): void {
    switch (route.kind) {
      case "local":
        if (!this.#accounts.has(route.account)) {
          this.#accounts.set(route.account, address);
        }
        if (this.#isOwn(address)) this.#own = route.account;
        return;
      case "queue":
        this.#queued.set(address, route.destination);
        return;
      case "dismiss":
        this.#dismissed++;
        return;
      case "refuse":
        this.#refused.set(address, route);
    }
  }

  #isOwn(address: Address): boolean {
    const domains = this.#domains;
    return this.#sender !== undefined && domains.isLocalAddress(address) &&
      domains.candidates(address).includes(this.#sender);
  }
}

/** As the sender is told of one recipient. */
export function refusalOf(
  address: Address,
  { code, status, text }: RefusedRoute,
): Refusal {
  return new Refusal(code, {
    address,
    ...(status !== undefined && { status }),
    ...(text !== undefined && { advice: printable(text) }),
  });
}

/** What mail protocols can show. */
function printable(text: string): string {
  return text.replace(/[^ -~]/g, "?");
}

/** What the other servers have said, of the first of those who do not get it. */
export function refusalBy(failed: readonly FailedRecipient[]): Refusal {
  const [{ address, note }, ...more] = failed as [
    FailedRecipient,
    ...FailedRecipient[],
  ];
  const said = note.host === undefined
    ? note.text
    : `${note.host} said: ${note.text}`;
  const advice = printable(
    more.length === 0 ? said : `${said} (and ${more.length} more)`,
  );
  return new Refusal("not_delivered", {
    address,
    // of 5.5.0 clients believe that it passes
    status: note.status === "5.5.0" ? "5.0.0" : note.status,
    advice,
  });
}
