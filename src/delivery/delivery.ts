/**
 * The relay's way in for mail: opens transactions for SMTP sessions and takes
 * what IMAP clients append.
 *
 * @module
 */
import { Refusal } from "../base/refusal.ts";
import { type Address, domain, literalIp } from "../mail/address.ts";
import { AppendTransaction, type NewMessage } from "./append.ts";
import type { HygieneParts } from "./header_hygiene.ts";
import { AccountOrigin, ServerOrigin } from "./origin.ts";
import type { DeliveryParts } from "./parts.ts";
import { RateLimit, rateOf } from "./sending_limits.ts";
import {
  foldedAddress,
  MailTransaction,
  type TransactionOptions,
} from "./transaction.ts";

export interface Sender {
  readonly service: "mx" | "submission";
  /** Who has logged in. */
  readonly account?: { readonly address: string };
  /** Canonical; empty is the null reverse-path (RFC 5321 §4.5.5). */
  readonly reversePath: string;
  readonly sizeOctets?: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

export class Delivery {
  readonly #parts: DeliveryParts;
  readonly #hygiene: HygieneParts;
  readonly #messages: RateLimit;
  readonly #recipients: RateLimit;

  constructor(parts: DeliveryParts) {
    const { clock, random, domains, settings } = parts;
    this.#parts = parts;
    this.#hygiene = { clock, random, domain: domains.primary };
    this.#messages = new RateLimit(clock, () => {
      const { sendPerMinute, sendBurst } = settings();
      return rateOf(sendPerMinute, MINUTE_MS, sendBurst);
    });
    this.#recipients = new RateLimit(
      clock,
      () => rateOf(settings().recipientsPerHour, HOUR_MS),
    );
  }

  /**
   * Opens a transaction; waits to slow down an account that sends too fast.
   *
   * @throws {Refusal} `storage_full`, `local_sender_unauthenticated`, `sender_domain_invalid`
   */
  async begin(sender: Sender): Promise<MailTransaction> {
    await this.#parts.staging.checkSpace(sender.sizeOctets);
    return sender.service === "submission"
      ? await this.#beginSubmission(sender)
      : await this.#beginReceiving(sender);
  }

  /**
   * Takes one message for a mailbox of the account.
   *
   * @throws {Refusal} `policy_rejection` if nothing may be appended, `storage_full`
   */
  async append(
    account: Address,
    message: NewMessage,
  ): Promise<AppendTransaction> {
    const { staging, settings } = this.#parts;
    if (settings().appendPolicy === "deny") {
      throw new Refusal("policy_rejection");
    }
    await staging.checkSpace(message.sizeOctets);
    return new AppendTransaction(this.#parts, account, message);
  }

  async #beginSubmission(sender: Sender): Promise<MailTransaction> {
    const { timers, settings } = this.#parts;
    if (!sender.account) throw new TypeError("Submission without an account");
    const account = foldedAddress(this.#parts, sender.account.address);
    const { reversePath } = sender;
    const owned = reversePath !== "" &&
      foldedAddress(this.#parts, reversePath) === account;
    const waitMs = owned
      ? this.#messages.take(account, settings().maxDelayMs)
      : 0;
    if (waitMs) await timers.sleep(waitMs);
    const refusal = whyNot(owned, waitMs, account);
    return this.#open({
      origin: new AccountOrigin(account, this.#parts, this.#hygiene),
      admitRecipient: () => this.#admitRecipient(account),
      ...(refusal && { refusal }),
    });
  }

  async #beginReceiving({ reversePath }: Sender): Promise<MailTransaction> {
    const { domains, directory, inbound } = this.#parts;
    if (reversePath !== "") {
      const name = domain(foldedAddress(this.#parts, reversePath));
      if (domains.isLocal(name)) {
        throw new Refusal("local_sender_unauthenticated");
      }
      if (!name.includes(".") && literalIp(name) === undefined) {
        throw new Refusal("sender_domain_invalid");
      }
    }
    const refusal = inbound.refusal();
    const drop = refusal === undefined && reversePath !== "" &&
      await directory.isBlocked(foldedAddress(this.#parts, reversePath));
    return this.#open({
      origin: new ServerOrigin(reversePath, this.#parts),
      ...(refusal && { messageRefusal: new Refusal(refusal) }),
      drop,
      admitRecipient: () => {},
    });
  }

  #open(
    options: Omit<TransactionOptions, "parts" | "hygiene">,
  ): MailTransaction {
    return new MailTransaction({
      ...options,
      parts: this.#parts,
      hygiene: this.#hygiene,
    });
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
