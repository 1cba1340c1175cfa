/**
 * A message that an exchanger brings to us, for our users or for others: those
 * get it as it came, by the queue.
 *
 * @module
 */
import type { ServerMessage } from "../../api/mxdeliv/backend.ts";
import { Refusal } from "../../base/refusal.ts";
import type { Address } from "../../mail/address.ts";
import type { LocalDomains } from "../../mail/local_domains.ts";

export interface RelayedMessageParts {
  readonly domains: Pick<LocalDomains, "parsePath" | "isLocalAddress">;
  /** For our users. */
  readonly ours: ServerMessage;
  /** For others. */
  readonly theirs: ServerMessage;
  admits(recipient: Address): boolean;
}

export class RelayedMessage implements ServerMessage {
  readonly #parts: RelayedMessageParts;
  readonly #used = new Set<ServerMessage>();

  constructor(parts: RelayedMessageParts) {
    this.#parts = parts;
  }

  /** @throws {Refusal} `relaying_denied` */
  async addRecipient(written: string): Promise<void> {
    const { domains, ours, theirs, admits } = this.#parts;
    const address = domains.parsePath(written);
    const isOurs = domains.isLocalAddress(address);
    if (!isOurs && !admits(address)) throw new Refusal("relaying_denied");
    const message = isOurs ? ours : theirs;
    await message.addRecipient(written);
    this.#used.add(message);
  }

  async write(octets: Uint8Array): Promise<void> {
    for (const message of this.#used) await message.write(octets);
  }

  /** Who has it already when the other fails is known when it comes again. */
  async finish(): Promise<void> {
    for (const message of this.#used) await message.finish();
  }

  async discard(): Promise<void> {
    await this.#parts.ours.discard();
    await this.#parts.theirs.discard();
  }
}
