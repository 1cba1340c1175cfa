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
    readonly parts: Pick<DeliveryParts, "domains" | "inbound" | "settings">,
    readonly hygiene: HygieneParts,
  ) {}

  /** Of our users, anybody: where mail cannot go is decided when it is whole. @throws {Refusal} `relaying_denied` */
  checkRecipient(address: Address): void {
    if (ruleFor(this.origin).elsewhere !== "refuse") return;
    if (this.parts.domains.isLocalAddress(address)) return;
    throw new Refusal("relaying_denied");
  }

  /** What the gate is told of a message to these recipients. */
  facts(recipients: readonly Address[]): GateFacts {
    const sender = senderOf(this.origin);
    if (sender) return { profile: "out", account: sender.account, recipients };
    const { inbound } = this.parts;
    return {
      profile: "in",
      reversePath: this.origin.reversePath,
      recipientCount: recipients.length,
      awaitsReport: recipients.every((one) => inbound.awaitsReport(one)),
    };
  }

  clean(header: Header, form: MessageForm): CleanHeader {
    const settings = this.parts.settings();
    return senderOf(this.origin)
      ? cleanSubmitted(header, form, settings, this.hygiene)
      : cleanReceived(header, form, settings);
  }
}
