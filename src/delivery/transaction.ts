/**
 * One message from a session to the mailboxes of its recipients and the queue of
 * what leaves: checked, and committed for all of them in one transaction of the
 * store.
 *
 * @module
 */
import { nowSeconds } from "../base/clock.ts";
import type { QueueId } from "../base/ids.ts";
import { Refusal } from "../base/refusal.ts";
import type { Address } from "../mail/address.ts";
import type { Content } from "../store/content.ts";
import type { Accepted } from "../store/mail.ts";
import type { OutboundMessage } from "../store/queue.ts";
import type { HygieneParts } from "./header_hygiene.ts";
import { type DigestedMessage, MessageDigest } from "./message_digest.ts";
import { MessageIntake, type StagedMessage } from "./message_intake.ts";
import { messageKey } from "./message_key.ts";
import { type Origin, queueOrigin, ruleFor, senderOf } from "./origin.ts";
import { OriginPolicy } from "./origin_policy.ts";
import type { DeliveryParts } from "./parts.ts";
import { Recipients } from "./recipients.ts";
import type { Reports } from "./reports.ts";
import type { Router } from "./routing.ts";

export interface TransactionOptions {
  readonly parts: DeliveryParts;
  readonly router: Router;
  readonly reports: Reports;
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

/** A message on its way in, with what is learned of it. */
interface Receiving {
  readonly intake: MessageIntake;
  readonly digest: MessageDigest;
}

export class MailTransaction {
  readonly #options: TransactionOptions;
  readonly #policy: OriginPolicy;
  readonly #recipients: Recipients;
  #receiving: Receiving | undefined;

  constructor(options: TransactionOptions) {
    const { parts, origin, hygiene } = options;
    this.#options = options;
    this.#policy = new OriginPolicy(origin, parts, hygiene);
    const sender = senderOf(origin)?.account;
    this.#recipients = new Recipients(parts.domains, sender);
  }

  /**
   * Looks nobody up: that is done for all at the end.
   *
   * @throws {Refusal} `sender_not_owned`, `too_much_mail`, `too_many_recipients`, `relaying_denied`
   */
  addRecipient(forwardPath: string): Promise<void> {
    return Promise.try(() => {
      const { refusal, admitRecipient } = this.#options;
      if (refusal) throw refusal;
      this.#policy.checkRecipient(this.#recipients.resolve(forwardPath));
      admitRecipient();
      this.#recipients.add(forwardPath);
    });
  }

  async write(octets: Uint8Array): Promise<void> {
    if (this.#options.drop || this.#options.messageRefusal) return;
    this.#receiving ??= this.#receive();
    await this.#receiving.intake.write(octets);
  }

  /** @throws {Refusal} why nobody gets the message */
  async finish(): Promise<void> {
    const { drop, messageRefusal, origin, parts, router } = this.#options;
    if (drop) return;
    parts.counters.add(ruleFor(origin).counter);
    const { intake, digest } = this.#receiving ??= this.#receive();
    try {
      if (messageRefusal) throw messageRefusal;
      const message = await intake.finish();
      const { addresses } = this.#recipients;
      this.#recipients.settle(await router.route(addresses, origin));
      if (!this.#recipients.reached) throw this.#recipients.asRefusal();
      await this.#accept(message, digest.finish());
    } finally {
      await intake.discard();
    }
  }

  async discard(): Promise<void> {
    await this.#receiving?.intake.discard();
  }

  #receive(): Receiving {
    const { parts } = this.#options;
    const settings = parts.settings();
    const { leaves, addresses } = this.#recipients;
    const bodyHash = leaves ? parts.outbound.bodyHash() : undefined;
    const digest = new MessageDigest(leaves, bodyHash);
    const intake = new MessageIntake({
      facts: this.#policy.facts(addresses),
      gate: {
        acceptOldPacketFormat: settings.acceptOldPacketFormat,
        allowAutocryptSetup: settings.allowAutocryptSetup,
        maxHeaderOctets: settings.maxHeaderOctets,
        fold: (address) => parts.domains.fold(address),
        isLocal: (domain) => parts.domains.isLocal(domain),
      },
      staging: parts.staging,
      digest,
      clean: (header, form) => this.#policy.clean(header, form),
    });
    return { intake, digest };
  }

  async #accept(
    message: StagedMessage,
    digested: DigestedMessage,
  ): Promise<void> {
    const accepted = await this.#store(message, digested);
    const recipients = this.#recipients;
    for (const { account, outcome } of accepted.results) {
      if (outcome === "quota_exceeded" || outcome === "no_such_user") {
        recipients.refuse(account, outcome);
      }
    }
    if (accepted.known) return;
    if (!recipients.reached) throw recipients.asRefusal();
    this.#count(message.content, accepted);
    if (accepted.queued !== undefined) await this.#tell(accepted.queued);
  }

  async #store(
    message: StagedMessage,
    digested: DigestedMessage,
  ): Promise<Accepted> {
    const { origin, parts } = this.#options;
    const { accounts, addresses, dependentCopy } = this.#recipients;
    const { content, headerOctets, header } = message;
    const key = messageKey(origin, {
      recipients: addresses,
      messageId: header.hadMessageId ? header.messageId : undefined,
      authors: digested.authors,
      body: digested.sha256,
    });
    const outbound = this.#outbound(header.messageId, digested);
    if (accounts.length === 0 && !outbound) return NOTHING_TO_STORE;
    return await parts.mail.accept({
      content,
      headerOctets,
      recipients: accounts,
      ...(dependentCopy !== undefined && { dependentCopy }),
      ...(outbound && { outbound }),
      ...(key && { key }),
      arrivedAt: nowSeconds(parts.clock),
      quota: parts.settings().quota,
    });
  }

  #outbound(
    messageId: string,
    { bodyHash, eightBit, utf8 }: DigestedMessage,
  ): OutboundMessage | undefined {
    const { origin, parts: { outbound } } = this.#options;
    const recipients = this.#recipients.outbound();
    if (recipients.length === 0) return undefined;
    const account = senderOf(origin)?.accountId;
    const prefix = outbound.prefix(origin);
    return {
      reversePath: origin.reversePath,
      recipients,
      origin: queueOrigin(origin),
      ...(account !== undefined && { account }),
      messageId,
      lifetimeSeconds: outbound.lifetimeSeconds(),
      ...(prefix && { prefix }),
      ...(bodyHash !== undefined && { bodyHash }),
      eightBit,
      utf8: utf8 || recipients.some(({ address }) => isNotAscii(address)),
    };
  }

  #count(content: Content, { results }: Accepted): void {
    const { counters } = this.#options.parts;
    const { queuedCount, dismissedCount, refusals } = this.#recipients;
    const delivered = results.filter(({ outcome }) => outcome === "delivered");
    const sizeOctets = content.kind === "inline"
      ? content.octets.length
      : content.sizeOctets;
    counters.add("messages_delivered", delivered.length);
    counters.add("octets_delivered", delivered.length * sizeOctets);
    counters.add("messages_queued", queuedCount);
    counters.add("messages_dismissed", dismissedCount);
    for (const code of refusals) counters.refused(code);
  }

  /**
   * Of recipients elsewhere who are refused beside others who get the message. Only
   * to who has proved to be the sender: others would get reports on mail they never
   * wrote.
   */
  async #tell(queued: QueueId): Promise<void> {
    const { reports, parts } = this.#options;
    if (this.#recipients.outbound().every(({ failure }) => !failure)) return;
    try {
      await reports.tellOf(queued);
    } catch (error) {
      // The others have the message: a failure now would bring it to them again.
      if (!(error instanceof Refusal)) parts.reportBug(error);
    }
  }
}

/** All recipients were dismissed. */
const NOTHING_TO_STORE: Accepted = { results: [], known: false };

function isNotAscii(address: Address): boolean {
  // deno-lint-ignore no-control-regex
  return /[^\x00-\x7f]/.test(address);
}

/** The folded form of an address that has been read before. */
export function foldedAddress(parts: DeliveryParts, text: string): Address {
  return parts.domains.parsePath(text);
}
