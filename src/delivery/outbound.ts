/**
 * Where mail for other servers goes.
 *
 * @module
 */
import type { Address } from "../mail/address.ts";
import type { RecipientRefusal } from "./parts.ts";

export interface Outbound {
  /** Why mail may not leave for this address. */
  refusal(address: Address): RecipientRefusal;
}

/** A relay that talks to no other server. */
export const FEDERATION_OFF: Outbound = {
  refusal: () => "federation_off",
};
