/** The rules of an origin, applied to one message. @module */
import { Refusal } from "../base/refusal.ts";
import type { Address } from "../mail/address.ts";
import type { Header } from "../mail/header.ts";
import type { GateFacts, MessageForm } from "../pgp/verdict.ts";
import {
  type CleanHeader,
  cleanReceived,
  cleanSubmitted,
  type HygieneParts,
} from "./header_hygiene.ts";
import { type Origin, ruleFor, senderOf } from "./origin.ts";
import type { DeliveryParts } from "./parts.ts";

/** What becomes of the messages of one origin on their way in. */
export class OriginPolicy {
  constructor(
    readonly origin: Origin,
    readonly parts: Pick<DeliveryParts, "directory" | "domains" | "settings">,
    readonly hygiene: HygieneParts,
  ) {}

  /** Of our users, anybody: where mail cannot go is decided when it is whole. @throws {Refusal} `relaying_denied` */
  checkRecipient(address: Address): void {
    if (ruleFor(this.origin).elsewhere !== "refuse") return;
    if (this.parts.domains.isLocalAddress(address)) return;
    throw new Refusal("relaying_denied");
  }

  /** Nobody can get a message to these, whatever it is and whoever has an account. */
  reachesNobody(recipients: readonly Address[]): boolean {
    const { directory, domains } = this.parts;
    return ruleFor(this.origin).skipsNobody &&
      recipients.every((one) =>
        !domains.isLocalAddress(one) || directory.isReserved(one)
      );
  }

  /** What the gate is told of a message to these recipients. */
  facts(recipients: readonly Address[]): GateFacts {
    const sender = senderOf(this.origin);
    if (sender) return { profile: "out", account: sender.account, recipients };
    return {
      profile: "in",
      reversePath: this.origin.reversePath,
      recipientCount: recipients.length,
      awaitsReport: true, // which ones are awaited is known when they are whole
    };
  }

  clean(header: Header, form: MessageForm): CleanHeader {
    const settings = this.parts.settings();
    return senderOf(this.origin)
      ? cleanSubmitted(header, form, settings, this.hygiene)
      : cleanReceived(header, form, settings);
  }
}
