/**
 * Who brings a message. It decides what the message may claim, whom it may be for,
 * and what becomes of its header; nothing else in delivery asks where it came from.
 *
 * @module
 */
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
import type { DeliveryParts } from "./parts.ts";

export interface Origin {
  /** Who has proved to be the sender: copies to it are its own, and it may be told what failed. */
  readonly account: Address | undefined;
  /** What messages from here are counted as. */
  readonly counter: "messages_submitted" | "messages_received";
  /** Tells senders apart. */
  readonly name: string;
  /** @throws {Refusal} `relaying_denied` */
  checkRecipient(address: Address): void;
  /** What the gate is told of a message to these recipients. */
  facts(recipients: readonly Address[]): GateFacts;
  clean(header: Header, form: MessageForm): CleanHeader;
}

/** One of our users, logged in. */
export class AccountOrigin implements Origin {
  readonly counter = "messages_submitted";

  constructor(
    readonly account: Address,
    readonly parts: DeliveryParts,
    readonly hygiene: HygieneParts,
  ) {}

  get name(): string {
    return this.account;
  }

  /** To anybody; where mail cannot go is decided when the message is whole. */
  checkRecipient(): void {}

  facts(recipients: readonly Address[]): GateFacts {
    return { profile: "out", account: this.account, recipients };
  }

  clean(header: Header, form: MessageForm): CleanHeader {
    const settings = this.parts.settings();
    return cleanSubmitted(header, form, settings, this.hygiene);
  }
}

/** Another server, which has proved nothing. */
export class ServerOrigin implements Origin {
  readonly account = undefined;
  readonly counter = "messages_received";

  /** @param reversePath Empty for the null reverse-path. */
  constructor(readonly reversePath: string, readonly parts: DeliveryParts) {}

  get name(): string {
    return `from elsewhere: ${this.reversePath}`;
  }

  checkRecipient(address: Address): void {
    if (this.parts.domains.isLocalAddress(address)) return;
    throw new Refusal("relaying_denied");
  }

  facts(recipients: readonly Address[]): GateFacts {
    const { inbound } = this.parts;
    return {
      profile: "in",
      reversePath: this.reversePath,
      recipientCount: recipients.length,
      awaitsReport: recipients.every((one) => inbound.awaitsReport(one)),
    };
  }

  clean(header: Header, form: MessageForm): CleanHeader {
    return cleanReceived(header, form, this.parts.settings());
  }
}
