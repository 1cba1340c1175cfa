/**
 * What decides about mail for other servers, and what it needs to be sent.
 *
 * @module
 */
import type { Address } from "../mail/address.ts";
import type { Origin } from "./origin.ts";

/** Why a recipient does not get a message although others may. */
export type RecipientRefusal =
  | "no_such_user"
  | "quota_exceeded"
  | "federation_off"
  | "policy_rejection";

/** What becomes of mail to one address elsewhere. */
export type RemoteRoute =
  /** @param destination The domain it goes to, in canonical form. */
  | { readonly kind: "queue"; readonly destination: string }
  /** It is taken, and nobody gets it or hears of it. */
  | { readonly kind: "dismiss" }
  | ({ readonly kind: "refuse" } & RefusedRoute);

export interface RefusedRoute {
  readonly code: RecipientRefusal;
  /** RFC 3463 §2, and what the sender reads, where there is more to say than the code. */
  readonly status?: string;
  readonly text?: string;
}

/** A hash of a body, taken as the body passes. */
export interface BodyHash {
  update(octets: Uint8Array): void;
  /** Once. */
  digest(): string;
}

export interface Outbound {
  /** One route for each address, in their order. */
  route(
    addresses: readonly Address[],
    origin: Origin,
  ): Promise<readonly RemoteRoute[]>;
  /** How long it is tried to send a message. */
  lifetimeSeconds(): number;
  /** As `bh=` of DKIM has it; undefined if nothing will be signed. */
  bodyHash(): BodyHash | undefined;
  /** Header fields, with their line ends, that go before what is sent. */
  prefix(origin: Origin): Uint8Array | undefined;
}

/** A relay that talks to no other server. */
export const FEDERATION_OFF: Outbound = {
  route: (addresses) =>
    Promise.resolve(
      addresses.map(() => ({ kind: "refuse", code: "federation_off" })),
    ),
  lifetimeSeconds: () => 0,
  bodyHash: () => undefined,
  prefix: () => undefined,
};
