/**
 * What decides about mail for other servers, and what it needs to be sent.
 *
 * @module
 */
import type { QueueId } from "../base/ids.ts";
import type { Address } from "../mail/address.ts";
import type { MessageKey } from "../store/message_key.ts";
import type { FailedRecipient } from "../store/queue.ts";
import type { Origin } from "./origin.ts";

/** Why a recipient does not get a message although others may. */
export type RecipientRefusal =
  | "no_such_user"
  | "quota_exceeded"
  | "federation_off"
  | "policy_rejection"
  | "message_too_large"
  | "no_such_domain";

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

/** When a sender hears of recipients that are refused: at RCPT, instead of the message if nobody else gets it, or by a report alone. */
export type RejectAt = "always" | "single" | "never";

/** A message that has just been queued. */
export interface QueuedNow {
  readonly id: QueueId;
  /** How many wait. */
  readonly recipients: number;
  readonly destinations: ReadonlySet<string>;
  /** By which it would be known again. */
  readonly key?: MessageKey;
}

export interface Outbound {
  /** One route for each address, in their order. */
  route(
    addresses: readonly Address[],
    { origin, sizeOctets }: {
      readonly origin: Origin;
      readonly sizeOctets: number;
    },
  ): Promise<readonly RemoteRoute[]>;
  /** What is known of one address without asking anybody; undefined if nothing is against it. */
  refusal(address: Address): RefusedRoute | undefined;
  rejectAt(): RejectAt;
  /**
   * Waits, not for long, for the first attempts. If all of it has failed for
   * good by then, it is in the queue no more, nor known, and these are the
   * failures; at least one.
   */
  firstAttempt(
    queued: QueuedNow,
  ): Promise<readonly FailedRecipient[] | undefined>;
  /** These have failed for good, and their sender is being told. */
  failed(recipients: readonly FailedRecipient[]): void;
  /** Whether `firstAttempt` still waits for it: no report tells of it meanwhile. */
  isAwaited(message: QueueId): boolean;
  /** How long it is tried to send a message. */
  lifetimeSeconds(): number;
  /** As `bh=` of DKIM has it; undefined if nothing will be signed. */
  bodyHash(): BodyHash | undefined;
  /** Header fields, with their line ends, that go before what is sent. */
  prefix(origin: Origin, hops: number): Uint8Array | undefined;
}
