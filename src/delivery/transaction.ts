/**
 * One message from a session to the mailboxes of its recipients: checked, and
 * committed for all of them in one transaction of the store.
 *
 * @module
 */
import { nowSeconds } from "../base/clock.ts";
import { Refusal } from "../base/refusal.ts";
import { type Address, parseAddress } from "../mail/address.ts";
import type { GateFacts } from "../pgp/verdict.ts";
import type { Content } from "../store/content.ts";
import { duplicateKey, type Duplicates } from "./duplicates.ts";
import {
  cleanReceived,
  cleanSubmitted,
  type HygieneParts,
} from "./header_hygiene.ts";
import { MessageIntake, type StagedMessage } from "./message_intake.ts";
import type { DeliveryParts } from "./parts.ts";
import { Recipients } from "./recipients.ts";
import { formatReport } from "./report.ts";

export interface TransactionOptions {
  readonly parts: DeliveryParts;
  readonly duplicates: Duplicates;
  /** Who is logged in; undefined for mail from other servers. */
  readonly account: Address | undefined;
  /** Empty for the null reverse-path. */
  readonly reversePath: string;
  /** Told at each RCPT: clients look for it there. */
  readonly refusal?: Refusal;
  /** Take the message and forget it. */
  readonly drop?: boolean;
  /** @throws {Refusal} `too_many_recipients` */
  admitRecipient(): void;
}

export class MailTransaction {
  readonly #options: TransactionOptions;
  readonly #recipients: Recipients;
  readonly #hygiene: HygieneParts;
  #intake: MessageIntake | undefined;

  constructor(options: TransactionOptions) {
    const { clock, random, domains } = options.parts;
    this.#options = options;
    this.#recipients = new Recipients(options.parts);
    this.#hygiene = { clock, random, domain: domains.primary };
  }

  /** @throws {Refusal} `sender_not_owned`, `too_much_mail`, `too_many_recipients`, `relaying_denied` */
  async addRecipient(forwardPath: string): Promise<void> {
    const { refusal, account, parts } = this.#options;
    if (refusal) throw refusal;
    const address = this.#recipients.resolve(forwardPath);
    if (account === undefined && !parts.domains.isLocalAddress(address)) {
      throw new Refusal("relaying_denied");
    }
    this.#options.admitRecipient();
    await this.#recipients.add(forwardPath);
  }

  async write(octets: Uint8Array): Promise<void> {
    if (this.#options.drop) return;
    this.#intake ??= this.#startIntake();
    await this.#intake.write(octets);
  }

  /** @throws {Refusal} why nobody gets the message */
  async finish(): Promise<void> {
    if (this.#options.drop) return;
    const intake = this.#intake ??= this.#startIntake();
    const { counters } = this.#options.parts;
    counters.add(
      this.#options.account === undefined
        ? "messages_received"
        : "messages_submitted",
    );
    try {
      const message = await intake.finish();
      if (this.#recipients.accounts.length === 0) {
        throw this.#recipients.asRefusal();
      }
      await this.#deliverOnce(message);
    } catch (error) {
      if (error instanceof Refusal) counters.refused(error.code);
      throw error;
    } finally {
      await intake.discard();
    }
  }

  async discard(): Promise<void> {
    await this.#intake?.discard();
  }

  #startIntake(): MessageIntake {
    const { parts, account, reversePath } = this.#options;
    const settings = parts.settings();
    const { addresses } = this.#recipients;
    const facts: GateFacts = account === undefined
      ? { profile: "in", reversePath, recipientCount: addresses.length }
      : { profile: "out", account, recipients: addresses };
    return new MessageIntake({
      facts,
      gate: {
        acceptOldPacketFormat: settings.acceptOldPacketFormat,
        allowAutocryptSetup: settings.allowAutocryptSetup,
        maxHeaderOctets: settings.maxHeaderOctets,
        fold: (address) => parts.domains.fold(address),
      },
      staging: parts.staging,
      clean: (header) =>
        account === undefined
          ? cleanReceived(header)
          : cleanSubmitted(header, settings, this.#hygiene),
    });
  }

  async #deliverOnce(message: StagedMessage): Promise<void> {
    const { account, reversePath, duplicates } = this.#options;
    const sender = account ?? `from elsewhere: ${reversePath}`;
    const key = duplicateKey(sender, this.#recipients.addresses, message);
    if (key === undefined) return await this.#deliver(message);
    await duplicates.once(key, () => this.#deliver(message));
  }

  async #deliver({ content, headerOctets, header }: StagedMessage) {
    const { mail, clock, settings } = this.#options.parts;
    const results = await mail.deliver({
      content,
      headerOctets,
      recipients: this.#recipients.accounts,
      arrivedAt: nowSeconds(clock),
      quota: settings().quota,
    });
    for (const { account, outcome } of results) {
      if (outcome !== "delivered") this.#recipients.refuse(account, outcome);
    }
    if (this.#recipients.accounts.length === 0) {
      throw this.#recipients.asRefusal();
    }
    this.#countDelivered(content);
    for (const { code } of this.#recipients.refused) {
      this.#options.parts.counters.refused(code);
    }
    try {
      await this.#report(header.messageId);
    } catch (error) {
      // The others have the message: a failure now would bring it to them again.
      this.#options.parts.reportBug(error);
    }
  }

  #countDelivered(content: Content): void {
    const { counters } = this.#options.parts;
    const count = this.#recipients.accounts.length;
    const sizeOctets = content.kind === "inline"
      ? content.octets.length
      : content.sizeOctets;
    counters.add("messages_delivered", count);
    counters.add("octets_delivered", count * sizeOctets);
  }

  /** Only to who has proved to be the sender: others would get reports on mail they never wrote. */
  async #report(messageId: string): Promise<void> {
    const { account, parts } = this.#options;
    const { refused } = this.#recipients;
    if (account === undefined || refused.length === 0) return;
    const sender = await parts.directory.find(account);
    if (sender === undefined) return;
    const { octets, headerOctets } = formatReport({
      sender: account,
      messageId,
      refused,
      hostname: parts.hostname,
    }, this.#hygiene);
    await parts.mail.deliver({
      content: { kind: "inline", octets },
      headerOctets,
      recipients: [sender],
      arrivedAt: nowSeconds(parts.clock),
      quota: parts.settings().quota,
      ignoreQuota: true,
    });
  }
}

/** The folded form of an address that has been read before. */
export function foldedAddress(parts: DeliveryParts, text: string): Address {
  return parts.domains.fold(parseAddress(text));
}
