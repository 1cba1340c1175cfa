/**
 * The relay's way in for mail: opens transactions for SMTP sessions and takes
 * what IMAP clients append.
 *
 * @module
 */
import { Refusal } from "../base/refusal.ts";
import { type Address, domain, literalIp } from "../mail/address.ts";
import { AppendTransaction, type NewMessage, type Owner } from "./append.ts";
import type { HygieneParts } from "./header_hygiene.ts";
import { type Origin, type OwnOrigin, ruleFor, senderOf } from "./origin.ts";
import { Floods } from "./limits/floods.ts";
import { SendCounts } from "./limits/send_counts.ts";
import type { Accepted } from "../store/mail.ts";
import type { DeliveryParts } from "./parts.ts";
import { Reports } from "./reports.ts";
import { Router } from "./routing.ts";
import { RateLimit, rateOf } from "./limits/sending_limits.ts";
import {
  foldedAddress,
  MailTransaction,
  type TransactionOptions,
} from "./transaction.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

export class Delivery {
  readonly #parts: DeliveryParts;
  readonly #hygiene: HygieneParts;
  readonly #router: Router;
  readonly reports: Reports;
  readonly sends: SendCounts;
  readonly #messages: RateLimit;
  readonly #recipients: RateLimit;
  readonly #floods: Floods;

  constructor(parts: DeliveryParts) {
    const { clock, random, domains, settings } = parts;
    this.#parts = parts;
    this.#hygiene = { clock, random, domain: domains.primary };
    this.#router = new Router(parts);
    this.reports = new Reports(parts);
    this.#messages = new RateLimit(clock, () => {
      const { sendPerMinute, sendBurst } = settings();
      return rateOf(sendPerMinute, MINUTE_MS, sendBurst);
    });
    this.#recipients = new RateLimit(
      clock,
      () => rateOf(settings().recipientsPerHour, HOUR_MS),
    );
    this.#floods = new Floods(clock, () => settings().floodPerMinute);
    this.sends = new SendCounts(clock, () => settings().countsSends);
  }

  /**
   * Opens a transaction; waits to slow down an account that sends too fast.
   *
   * @throws {Refusal} `busy`, `storage_full`, `local_sender_unauthenticated`, `sender_domain_invalid`, `policy_rejection`, `too_much_mail`, `federation_off`
   */
  async begin(
    origin: Origin,
    sizeOctets?: number,
  ): Promise<MailTransaction> {
    await this.#parts.staging.checkSpace(sizeOctets);
    const sender = senderOf(origin);
    const { strangers, overOctets } = this.#parts.settings().shed;
    if (strangers && !sender || (sizeOctets ?? 0) > overOctets) {
      throw new Refusal("busy");
    }
    return sender
      ? await this.#beginSubmission(sender)
      : await this.#beginReceiving(origin);
  }

  /**
   * Takes one message for a mailbox of the account.
   *
   * @throws {Refusal} `policy_rejection` if nothing may be appended, `storage_full`
   */
  async append(
    account: Owner,
    message: NewMessage,
  ): Promise<AppendTransaction> {
    const { staging, settings } = this.#parts;
    const { appendPolicy, shed } = settings();
    if (appendPolicy === "deny") throw new Refusal("policy_rejection");
    if (message.sizeOctets > shed.overOctets) throw new Refusal("busy");
    await staging.checkSpace(message.sizeOctets);
    return new AppendTransaction(this.#parts, account, message);
  }

  async #beginSubmission(origin: OwnOrigin): Promise<MailTransaction> {
    const { timers, settings } = this.#parts;
    const account = foldedAddress(this.#parts, origin.account);
    const { reversePath } = origin;
    const owned = reversePath !== "" &&
      foldedAddress(this.#parts, reversePath) === account;
    const { maxDelayMs } = settings();
    const floodMs = this.#floods.waitMs({ ...origin, account });
    const waitMs = owned
      ? floodMs > maxDelayMs
        ? undefined
        : this.#messages.take(account, maxDelayMs)
      : 0;
    if (waitMs !== undefined) {
      const wholeMs = Math.max(waitMs, floodMs);
      if (wholeMs > 0) await timers.sleep(wholeMs);
    }
    const refusal = whyNot(owned, waitMs, account);
    return this.#open({
      origin: { ...origin, account },
      admitRecipient: () => this.#admitRecipient(account),
      ...(refusal && { refusal }),
    });
  }

  async #beginReceiving(origin: Origin): Promise<MailTransaction> {
    const { reversePath } = origin;
    const { domains, directory, inbound } = this.#parts;
    if (this.#floods.waitMs(origin) > 0) {
      throw new Refusal("too_much_mail", { address: reversePath || "<>" });
    }
    const refusal = inbound.refusal();
    if (refusal && ruleFor(origin).refusesAtOnce) throw new Refusal(refusal);
    if (reversePath !== "") {
      const name = domain(foldedAddress(this.#parts, reversePath));
      if (domains.isLocal(name)) {
        throw new Refusal("local_sender_unauthenticated");
      }
      if (!name.includes(".") && literalIp(name) === undefined) {
        throw new Refusal("sender_domain_invalid");
      }
      if (refusal === undefined && !inbound.admits(name)) {
        throw new Refusal("policy_rejection");
      }
    }
    const drop = refusal === undefined && reversePath !== "" &&
      await directory.isBlocked(foldedAddress(this.#parts, reversePath));
    return this.#open({
      origin,
      ...(refusal && { messageRefusal: new Refusal(refusal) }),
      drop,
      admitRecipient: () => {},
    });
  }

  #open(
    options: Omit<
      TransactionOptions,
      "parts" | "router" | "hygiene" | "onAccepted"
    >,
  ): MailTransaction {
    return new MailTransaction({
      ...options,
      parts: this.#parts,
      router: this.#router,
      hygiene: this.#hygiene,
      onAccepted: (accepted) => this.#note(options.origin, accepted),
    });
  }

  #note(origin: Origin, accepted: Accepted): void {
    this.#floods.note(origin, accepted);
    const sender = senderOf(origin);
    if (sender) this.sends.note(sender.accountId);
  }

  #admitRecipient(account: Address): void {
    if (this.#recipients.take(account, 0) !== undefined) return;
    throw new Refusal("too_many_recipients");
  }
}

function whyNot(
  owned: boolean,
  waitMs: number | undefined,
  account: Address,
): Refusal | undefined {
  if (!owned) return new Refusal("sender_not_owned");
  if (waitMs !== undefined) return undefined;
  return new Refusal("too_much_mail", { address: account });
}
