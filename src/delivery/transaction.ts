/**
 * One message from a session to the mailboxes of its recipients: checked, and
 * committed for all of them in one transaction of the store.
 *
 * @module
 */
import { nowSeconds } from "../base/clock.ts";
import { Refusal } from "../base/refusal.ts";
import type { Address } from "../mail/address.ts";
import type { Content } from "../store/content.ts";
import type { HygieneParts } from "./header_hygiene.ts";
import { messageKey } from "./message_key.ts";
import { MessageIntake, type StagedMessage } from "./message_intake.ts";
import type { Origin } from "./origin.ts";
import type { DeliveryParts } from "./parts.ts";
import { Recipients } from "./recipients.ts";
import { formatReport } from "./report.ts";

export interface TransactionOptions {
  readonly parts: DeliveryParts;
  readonly hygiene: HygieneParts;
  readonly origin: Origin;
  /** Told at each RCPT: clients look for it there. */
  readonly refusal?: Refusal;
  /** Told when the message is whole; nothing of it is kept, or looked at. */
  readonly messageRefusal?: Refusal;
  /** Take the message and forget it. */
  readonly drop?: boolean;
  /** @throws {Refusal} `too_many_recipients` */
  admitRecipient(): void;
}

export class MailTransaction {
  readonly #options: TransactionOptions;
  readonly #recipients: Recipients;
  #intake: MessageIntake | undefined;

  constructor(options: TransactionOptions) {
    this.#options = options;
    this.#recipients = new Recipients(options.parts, options.origin.account);
  }

  /** @throws {Refusal} `sender_not_owned`, `too_much_mail`, `too_many_recipients`, `relaying_denied` */
  async addRecipient(forwardPath: string): Promise<void> {
    const { refusal, origin } = this.#options;
    if (refusal) throw refusal;
    origin.checkRecipient(this.#recipients.resolve(forwardPath));
    this.#options.admitRecipient();
    await this.#recipients.add(forwardPath);
  }

  async write(octets: Uint8Array): Promise<void> {
    if (this.#options.drop || this.#options.messageRefusal) return;
    this.#intake ??= this.#startIntake();
    await this.#intake.write(octets);
  }

  /** @throws {Refusal} why nobody gets the message */
  async finish(): Promise<void> {
    const { drop, messageRefusal, origin, parts: { counters } } = this.#options;
    if (drop) return;
    counters.add(origin.counter);
    const intake = this.#intake ??= this.#startIntake();
    try {
      if (messageRefusal) throw messageRefusal;
      const message = await intake.finish();
      if (!this.#recipients.reached) throw this.#recipients.asRefusal();
      await this.#deliver(message);
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
    const { parts, origin } = this.#options;
    const settings = parts.settings();
    return new MessageIntake({
      facts: origin.facts(this.#recipients.addresses),
      gate: {
        acceptOldPacketFormat: settings.acceptOldPacketFormat,
        allowAutocryptSetup: settings.allowAutocryptSetup,
        maxHeaderOctets: settings.maxHeaderOctets,
        fold: (address) => parts.domains.fold(address),
        isLocal: (domain) => parts.domains.isLocal(domain),
      },
      staging: parts.staging,
      clean: (header, form) => origin.clean(header, form),
    });
  }

  async #deliver(message: StagedMessage): Promise<void> {
    const { content, headerOctets, header } = message;
    const { parts: { mail, clock, settings }, origin } = this.#options;
    const { accounts, addresses, dependentCopy } = this.#recipients;
    const key = messageKey(origin.name, addresses, message);
    const { results, known } = await mail.accept({
      ...(key && { key }),
      content,
      headerOctets,
      recipients: accounts,
      ...(dependentCopy !== undefined && { dependentCopy }),
      arrivedAt: nowSeconds(clock),
      quota: settings().quota,
    });
    for (const { account, outcome } of results) {
      if (outcome === "quota_exceeded" || outcome === "no_such_user") {
        this.#recipients.refuse(account, outcome);
      }
    }
    if (known) return;
    if (!this.#recipients.reached) throw this.#recipients.asRefusal();
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

  /**
   * Only to who has proved to be the sender: others would get reports on mail they
   * never wrote. Not on recipients here: clients mark a whole group message as
   * failed for one member who is gone.
   */
  async #report(messageId: string): Promise<void> {
    const { origin: { account }, parts, hygiene } = this.#options;
    const refused = this.#recipients.refused.filter(({ address }) =>
      !parts.domains.isLocalAddress(address)
    );
    if (account === undefined || refused.length === 0) return;
    const sender = await parts.directory.find(account);
    if (sender === undefined) return;
    const { octets, headerOctets } = formatReport({
      sender: account,
      messageId,
      refused,
      hostname: parts.hostname,
    }, hygiene);
    await parts.mail.accept({
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
  return parts.domains.parsePath(text);
}
