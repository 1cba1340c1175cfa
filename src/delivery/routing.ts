/**
 * Where a message goes from here: a route for each recipient, all of them found
 * at once when the message is whole.
 *
 * @module
 */
import type { AccountId } from "../base/ids.ts";
import { type Address, domain } from "../mail/address.ts";
import type { LocalDomains } from "../mail/local_domains.ts";
import type { DeliveryNote } from "../store/queue.ts";
import type { Directory } from "./directory.ts";
import { type Origin, ruleFor } from "./origin.ts";
import type {
  Outbound,
  RecipientRefusal,
  RefusedRoute,
  RemoteRoute,
} from "./outbound.ts";

export type Route =
  | { readonly kind: "local"; readonly account: AccountId }
  | RemoteRoute;

/** What a route may depend on beside the address. */
export interface RoutedMessage {
  readonly origin: Origin;
  readonly sizeOctets: number;
}

export interface RouterParts {
  readonly domains: LocalDomains;
  readonly directory: Pick<Directory, "findMany">;
  readonly outbound: Pick<Outbound, "route">;
}

export class Router {
  constructor(readonly parts: RouterParts) {}

  /** One for each address, in their order. */
  async route(
    addresses: readonly Address[],
    message: RoutedMessage,
  ): Promise<ReadonlyMap<Address, Route>> {
    const { domains, directory } = this.parts;
    const here = addresses.filter((one) => domains.isLocalAddress(one));
    const elsewhere = addresses.filter((one) => !domains.isLocalAddress(one));
    const [accounts, remote] = await Promise.all([
      here.length > 0 ? directory.findMany(here) : [],
      this.#elsewhere(elsewhere, message),
    ]);
    return new Map<Address, Route>([
      ...here.map((address, i) => [address, localRoute(accounts[i])] as const),
      ...elsewhere.map((address, i) => [address, remote[i]!] as const),
    ]);
  }

  async #elsewhere(
    addresses: readonly Address[],
    message: RoutedMessage,
  ): Promise<readonly RemoteRoute[]> {
    if (addresses.length === 0) return [];
    switch (ruleFor(message.origin).elsewhere) {
      case "route":
        return await this.parts.outbound.route(addresses, message);
      case "nobody":
        return addresses.map(() => ({ kind: "refuse", ...NOBODY }));
      case "refuse":
        return addresses.map(() => ({ kind: "refuse", ...NOT_FOR_THEM }));
    }
  }
}

const NOBODY: RefusedRoute = { code: "no_such_user" };
const NOT_FOR_THEM: RefusedRoute = { code: "policy_rejection" };

function localRoute(account: AccountId | undefined): Route {
  return account === undefined
    ? { kind: "refuse", code: "no_such_user" }
    : { kind: "local", account };
}

const NOTES: Readonly<Record<RecipientRefusal, DeliveryNote>> = {
  no_such_user: { status: "5.1.1", text: "No such user", code: 550 },
  quota_exceeded: { status: "5.2.2", text: "Mailbox full", code: 552 },
  federation_off: { status: "5.7.1", text: "Federation is off", code: 550 },
  policy_rejection: { status: "5.7.1", text: "Policy Rejection", code: 550 },
  message_too_large: {
    status: "5.3.4",
    text: "The message is too large",
    code: 552,
  },
  no_such_domain: { status: "5.1.2", text: "No such domain", code: 550 },
};

/** What a report says of a recipient that we refuse ourselves. */
export function noteOf({ code, status, text }: RefusedRoute): DeliveryNote {
  return {
    ...NOTES[code],
    ...(status !== undefined && { status }),
    ...(text !== undefined && { text }),
  };
}

/** Where mail to an address elsewhere would go, if it went. */
export function destinationOf(address: Address): string {
  return domain(address);
}
