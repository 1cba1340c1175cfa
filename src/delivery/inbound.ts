/**
 * Whether and how mail comes in from other servers.
 *
 * @module
 */
import type { Address } from "../mail/address.ts";

export interface Inbound {
  /** Why no message is taken from another server; undefined if they are. */
  refusal(): "federation_off" | undefined;
  /** Whether the account has lately sent mail to other servers, so that a report from there may be genuine. */
  awaitsReport(account: Address): boolean;
}

/** A relay that talks to no other server. */
export const NOTHING_INBOUND: Inbound = {
  refusal: () => "federation_off",
  awaitsReport: () => false,
};
