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
import { refusalOf } from "./recipients.ts";

/** What becomes of the messages of one origin on their way in. */
export class OriginPolicy {
  constructor(
    readonly origin: Origin,
    readonly parts: Pick<
      DeliveryParts,
      "directory" | "domains" | "outbound" | "settings"
    >,
    readonly hygiene: HygieneParts,
  ) {}

  /**
   * Of our users, anybody, unless they want to know at once: where mail cannot go
   * is decided when it is whole.
   *
   * @throws {Refusal} `relaying_denied`, or what is against the recipient
   */
  checkRecipient(address: Address): void {
    const { domains, outbound } = this.parts;
    const { elsewhere } = ruleFor(this.origin);
    if (elsewhere === "nobody" || domains.isLocalAddress(address)) return;
    if (elsewhere === "refuse") throw new Refusal("relaying_denied");
    if (outbound.rejectAt() !== "always") return;
    const refused = outbound.refusal(address);
    if (refused) throw refusalOf(address, refused);
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
