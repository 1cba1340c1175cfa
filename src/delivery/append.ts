/**
 * One message that a client puts into a mailbox itself (RFC 3501 §6.3.11): the
 * gate sees it, of its header only what describes the body is written anew, and it
 * appears when it is whole.
 *
 * @module
 */
import { nowSeconds } from "../base/clock.ts";
import type { AccountId, MailboxId, Uid, UidValidity } from "../base/ids.ts";
import type { Address } from "../mail/address.ts";
import type { GateRefusal } from "../pgp/verdict.ts";
import { cleanAppended } from "./header_hygiene.ts";
import { MessageIntake } from "./message_intake.ts";
import type { DeliveryParts } from "./parts.ts";

/** Whose mailbox it is. */
export interface Owner {
  readonly id: AccountId;
  readonly address: Address;
}

export interface NewMessage {
  readonly mailbox: MailboxId;
  readonly sizeOctets: number;
  readonly flags: number;
  readonly keywords: readonly string[];
  /** Seconds since 1970 UTC; without one, the time of arrival. */
  readonly internalDate?: number;
}

/** What a test installation takes nevertheless. */
const ANYTHING: ReadonlySet<GateRefusal> = new Set<GateRefusal>([
  "encryption_needed",
  "author_too_long",
  "from_missing",
  "from_mismatch",
  "from_repeated",
  "from_several",
  "from_unreadable",
  "header_line_too_long",
  "header_malformed",
  "routing_loop",
  "sender_mismatch",
  "sender_unreadable",
]);

export class AppendTransaction {
  readonly #parts: DeliveryParts;
  readonly #account: AccountId;
  readonly #message: NewMessage;
  readonly #intake: MessageIntake;

  constructor(parts: DeliveryParts, account: Owner, message: NewMessage) {
    const settings = parts.settings();
    this.#parts = parts;
    this.#account = account.id;
    this.#message = message;
    this.#intake = new MessageIntake({
      facts: { profile: "append", account: account.address },
      gate: {
        acceptOldPacketFormat: settings.acceptOldPacketFormat,
        allowAutocryptSetup: settings.allowAutocryptSetup,
        maxHeaderOctets: settings.maxHeaderOctets,
        fold: (address) => parts.domains.fold(address),
        isLocal: (domain) => parts.domains.isLocal(domain),
      },
      staging: parts.staging,
      ...(settings.appendPolicy === "any" && { tolerates: ANYTHING }),
      clean: cleanAppended,
    });
  }

  /** @param octets With CRLF at every line end. */
  async write(octets: Uint8Array): Promise<void> {
    await this.#intake.write(octets);
  }

  /** @throws {Refusal} `encryption_needed`, `message_empty`, `quota_exceeded`, `no_target_mailbox`, … */
  async finish(): Promise<{ uidValidity: UidValidity; uid: Uid }> {
    const { mail, clock, settings } = this.#parts;
    const { mailbox, flags, keywords, internalDate } = this.#message;
    try {
      const { content, headerOctets } = await this.#intake.finish();
      const arrivedAt = nowSeconds(clock);
      return await mail.append({
        account: this.#account,
        mailbox,
        content,
        headerOctets,
        flags,
        keywords,
        internalDate: internalDate ?? arrivedAt,
        quota: settings().quota,
      });
    } finally {
      await this.#intake.discard();
    }
  }

  discard(): Promise<void> {
    return this.#intake.discard();
  }
}
