/**
 * One message from a session to the mailboxes of its recipients and the queue of
 * what leaves: checked, and committed for all of them in one transaction of the
 * store.
 *
 * @module
 */
import { nowSeconds } from "../base/clock.ts";
import { Refusal } from "../base/refusal.ts";
import type { Address } from "../mail/address.ts";
import type { Content } from "../store/content.ts";
import type { Accepted } from "../store/mail.ts";
import type { MessageKey } from "../store/message_key.ts";
import type { FailedRecipient, OutboundMessage } from "../store/queue.ts";
import type { CleanHeader, HygieneParts } from "./header_hygiene.ts";
import type { Judgement } from "./inbound.ts";
import { type DigestedMessage, MessageDigest } from "./message_digest.ts";
import { CrlfLines } from "../pgp/line_ends.ts";
import type { GateRefusal } from "../pgp/verdict.ts";
import { MessageIntake, type StagedMessage } from "./message_intake.ts";
import { messageKey } from "./message_key.ts";
import {
  foreign,
  type Origin,
  passesOn,
  queueOrigin,
  ruleFor,
  senderOf,
} from "./origin.ts";
import { OriginPolicy } from "./origin_policy.ts";
import type { DeliveryParts } from "./parts.ts";
import { Recipients, refusalBy } from "./recipients.ts";
import type { Router } from "./routing.ts";
import { type Receiving, tellNobody, whole } from "./whole_message.ts";

export interface TransactionOptions {
  readonly parts: DeliveryParts;
  readonly router: Router;
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
  /** What became of it here. */
  onAccepted(accepted: Accepted): void;
}

export class MailTransaction {
  readonly #options: TransactionOptions;
  readonly #policy: OriginPolicy;
  readonly #recipients: Recipients;
  #receiving: Receiving | undefined;
  #endedMs = 0; // when the last octet had come

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
      const address = this.#recipients.resolve(forwardPath);
      this.#policy.checkRecipient(address);
      admitRecipient();
      this.#recipients.add(address);
    });
  }

  async write(octets: Uint8Array): Promise<void> {
    if (this.#options.drop || this.#options.messageRefusal) return;
    this.#receiving ??= this.#receive();
    const { intake, lines } = this.#receiving;
    await intake.write(lines?.convert(octets) ?? octets);
  }

  /** @throws {Refusal} why nobody gets the message */
  async finish(): Promise<void> {
    if (this.#options.drop) return; // it is taken and forgotten
    this.#endedMs = this.#options.parts.clock.monotonic();
    const { messageRefusal, origin, parts } = this.#options;
    parts.counters.add(ruleFor(origin).counter);
    const receiving = this.#receiving ??= this.#receive();
    try {
      if (messageRefusal) throw messageRefusal;
      const message = await whole(receiving);
      const judgement = await receiving.examination?.finish();
      if (this.#reachesNobody) return tellNobody(judgement);
      await this.#deliver(receiving, message, judgement);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      receiving.examination?.refused();
      const isHidden = this.#reachesNobody && !messageRefusal &&
        error.code !== "no_such_user";
      if (!isHidden) throw error;
    } finally {
      await receiving.intake.discard();
    }
  }

  async discard(): Promise<void> {
    await this.#receiving?.intake.discard();
  }

  /** Whatever the message is: only who has shown who it is hears of it. */
  get #reachesNobody(): boolean {
    return this.#policy.reachesNobody(this.#recipients.addresses);
  }

  /** @throws {Refusal} */
  async #deliver(
    { digest, examination }: Receiving,
    message: StagedMessage,
    judgement: Judgement | undefined,
  ): Promise<void> {
    const { origin, parts, router } = this.#options;
    const recipients = this.#recipients;
    const sizeOctets = sizeOf(message.content);
    recipients.settle(
      await router.route(recipients.addresses, { origin, sizeOctets }),
    );
    try {
      if (!this.#mayPass) throw recipients.asRefusal();
      if (judgement && !await this.#isWanted(message, judgement)) {
        return await this.#pretend(message);
      }
      await this.#accept(message, digest.finish());
      examination?.taken(sizeOctets);
    } catch (error) {
      if (!(error instanceof Refusal) || !this.#hides(error, judgement)) {
        throw error;
      }
      parts.counters.refused(error.code);
      await this.#pretend(message);
    }
  }

  /**
   * Not from whom an admin blocks; nor are reports that nobody waits for, which
   * may be anybody's and are in clear.
   */
  async #isWanted(
    { as, reportedId }: StagedMessage,
    { author, domain }: Judgement,
  ): Promise<boolean> {
    const { directory, inbound } = this.#options.parts;
    if (author !== undefined && await directory.isBlocked(author)) return false;
    if (as !== "report") return true;
    const known = await Promise.all(
      this.#recipients.accounts.map((account) =>
        inbound.isAwaited({ account, domain, messageId: reportedId })
      ),
    );
    return known.every(Boolean);
  }

  /** What would tell who has an account here. */
  #hides({ code }: Refusal, judgement: Judgement | undefined): boolean {
    const { origin, parts } = this.#options;
    return origin.kind === "mxdeliv" && judgement?.authenticated === false &&
      (code === "no_such_user" || code === "quota_exceeded") &&
      parts.inbound.hidesAccounts();
  }

  /** Forgets the message, and takes as long for it as if somebody had got it. */
  async #pretend({ content, headerOctets }: StagedMessage): Promise<void> {
    const { parts } = this.#options;
    parts.counters.add("messages_discarded");
    await parts.mail.accept({
      content,
      headerOctets,
      recipients: [],
      arrivedAt: nowSeconds(parts.clock),
      quota: parts.settings().quota,
      pretended: true,
    });
  }

  #receive(): Receiving {
    const { origin, parts } = this.#options;
    const from = foreign(origin);
    const examination = from && parts.inbound.examine(from);
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
      maxOctets: settings.shed.overOctets,
      digest,
      ...(examination && { witness: examination }),
      ...(passesOn(origin) && { tolerates: NOTHING }),
      clean: (header, form) => this.#policy.clean(header, form),
    });
    const lines = from && from.kind !== "mx" ? new CrlfLines() : undefined;
    return { intake, digest, examination, lines };
  }

  async #accept(
    message: StagedMessage,
    digested: DigestedMessage,
  ): Promise<void> {
    const { origin, parts } = this.#options;
    const key = this.#key(message, digested);
    const accepted = await this.#store(message, digested, key);
    this.#options.onAccepted(accepted);
    const recipients = this.#recipients;
    for (const { account, outcome } of accepted.results) {
      if (outcome === "quota_exceeded" || outcome === "no_such_user") {
        recipients.refuse(account, outcome);
      }
    }
    if (accepted.known) return;
    if (!this.#mayPass) throw recipients.asRefusal();
    this.#tell(message.content, accepted);
    const sender = senderOf(origin);
    if (sender) parts.ownKeys.saw(sender, message.header.autocrypt);
    const failed = await this.#firstAttempt(accepted, key);
    if (failed) throw refusalBy(failed);
  }

  /** Somebody gets it; or nobody does, and the sender reads why in a report. */
  get #mayPass(): boolean {
    const { origin, parts } = this.#options;
    const { reached, refusesElsewhere } = this.#recipients;
    if (reached) return true;
    return refusesElsewhere && senderOf(origin) !== undefined &&
      parts.outbound.rejectAt() === "never";
  }

  /** What the reply says instead, where nobody but the sender can have got the message. */
  async #firstAttempt(
    { queued, results }: Accepted,
    key: MessageKey | undefined,
  ): Promise<readonly FailedRecipient[] | undefined> {
    const { origin, parts } = this.#options;
    const { queuedCount, dismissedCount, destinations, dependentCopy } =
      this.#recipients;
    const isAlone = dismissedCount === 0 &&
      results.every(({ account, outcome }) =>
        account === dependentCopy || outcome !== "delivered"
      );
    if (queued === undefined || queuedCount === 0 || !isAlone) return undefined;
    if (senderOf(origin) === undefined) return undefined;
    return await parts.outbound.firstAttempt({
      id: queued,
      recipients: queuedCount,
      destinations,
      ...(key && { key }),
    });
  }

  #key(
    { header }: StagedMessage,
    { authors, hashed }: DigestedMessage,
  ): MessageKey | undefined {
    return messageKey(this.#options.origin, {
      recipients: this.#recipients.addresses,
      messageId: header.givenMessageId,
      authors,
      body: hashed,
    });
  }

  async #store(
    message: StagedMessage,
    digested: DigestedMessage,
    key: MessageKey | undefined,
  ): Promise<Accepted> {
    const { parts } = this.#options;
    const { accounts, dependentCopy } = this.#recipients;
    const { content, headerOctets, header } = message;
    const outbound = this.#outbound(header, digested);
    if (accounts.length === 0 && !outbound) return NOTHING_TO_STORE;
    return await parts.mail.accept({
      content,
      headerOctets,
      recipients: accounts,
      ...(dependentCopy !== undefined && { dependentCopy }),
      ...(outbound && { outbound }),
      ...(parts.outbound.rejectAt() === "never" && { keepFailures: true }),
      ...(key && { key }),
      arrivedAt: nowSeconds(parts.clock),
      endedMs: this.#endedMs,
      quota: parts.settings().quota,
    });
  }

  #outbound(
    { messageId, givenMessageId }: CleanHeader,
    digested: DigestedMessage,
  ): OutboundMessage | undefined {
    const { origin, parts: { outbound } } = this.#options;
    const { bodyHash, eightBit, utf8 } = digested;
    const recipients = this.#recipients.outbound();
    if (recipients.length === 0) return undefined;
    const hops = digested.hops();
    if (hops >= MAX_HOPS) throw new Refusal("routing_loop");
    const account = senderOf(origin)?.accountId;
    const prefix = outbound.prefix(origin, hops);
    return {
      reversePath: origin.reversePath,
      recipients,
      origin: queueOrigin(origin),
      ...(account !== undefined && { account }),
      messageId,
      givenMessageId,
      lifetimeSeconds: outbound.lifetimeSeconds(),
      ...(prefix && { prefix }),
      ...(bodyHash !== undefined && { bodyHash }),
      eightBit,
      utf8: utf8 || recipients.some(({ address }) => isNotAscii(address)),
    };
  }

  #tell(content: Content, { results }: Accepted): void {
    const { origin, parts: { counters, arrived } } = this.#options;
    const { queuedCount, dismissedCount, refusals } = this.#recipients;
    const delivered = results.filter(({ outcome }) => outcome === "delivered");
    const sender = senderOf(origin)?.accountId;
    const others = delivered.map(({ account }) => account)
      .filter((account) => account !== sender);
    if (others.length > 0) arrived(others);
    const sizeOctets = sizeOf(content);
    counters.add("messages_delivered", delivered.length);
    counters.add("octets_delivered", delivered.length * sizeOctets);
    counters.add("messages_queued", queuedCount);
    counters.add("messages_dismissed", dismissedCount);
    for (const code of refusals) counters.refused(code);
  }
}

/** Of what the gate refuses. */
const NOTHING: ReadonlySet<GateRefusal> = new Set();
const MAX_HOPS = 10;

/** All recipients were dismissed. */
const NOTHING_TO_STORE: Accepted = { results: [], known: false };

function sizeOf(content: Content): number {
  return content.kind === "inline" ? content.octets.length : content.sizeOctets;
}

function isNotAscii(address: Address): boolean {
  // deno-lint-ignore no-control-regex
  return /[^\x00-\x7f]/.test(address);
}

/** The folded form of an address that has been read before. */
export function foldedAddress(parts: DeliveryParts, text: string): Address {
  return parts.domains.parsePath(text);
}
