/**
 * Who vouches for what leaves: signatures under the domain of its author.
 *
 * @module
 */
import type { Header } from "../mail/header.ts";
import type { DeliveryNote } from "../store/queue.ts";

export interface SignedPart {
  /** Of the message as it is sent. */
  readonly header: Header;
  /** As `Outbound.bodyHash` gave it; undefined: there is none on record. */
  readonly bodyHash?: string;
}

export type Signing =
  | {
    readonly kind: "fields";
    /** To stand before the message, with their line ends; empty where nothing can be signed. */
    readonly fields: Uint8Array;
  }
  /** It must not leave without a signature, and there can be none now. */
  | { readonly kind: "wait"; readonly note: DeliveryNote };

export interface Signer {
  /** Whether `sign()` makes use of a body's hash; without this it is taken to. */
  needsHash?(header: Header): boolean;
  /** Fresh for each attempt, by the keys as they are now. */
  sign(part: SignedPart): Promise<Signing>;
}
