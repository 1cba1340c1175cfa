/**
 * Recognises a message that a client sends again because it never saw our reply
 * (RFC 1047 §2): it is confirmed again, but delivered once.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Clock } from "../base/clock.ts";
import type { StagedMessage } from "./message_intake.ts";

const REMEMBERED_MS = 10 * 60 * 1000;
const MAX_REMEMBERED = 20_000;

interface Remembered {
  readonly untilMs: number;
  /** Rejects if the first attempt fails; then the next is a first one. */
  readonly done: Promise<void>;
}

export class Duplicates {
  readonly #seen = new Map<string, Remembered>();

  constructor(readonly clock: Clock) {}

  /** Runs `deliver` unless the same has been done, or is being done, in the last ten minutes. */
  async once(key: string, deliver: () => Promise<void>): Promise<void> {
    const nowMs = this.clock.monotonic();
    this.#forget(nowMs);
    const first = this.#seen.get(key);
    if (first && first.untilMs > nowMs) {
      try {
        return await first.done;
      } catch {
        return await this.#start(key, deliver);
      }
    }
    await this.#start(key, deliver);
  }

  async #start(key: string, deliver: () => Promise<void>): Promise<void> {
    const done = deliver();
    const untilMs = this.clock.monotonic() + REMEMBERED_MS;
    const entry = { untilMs, done };
    this.#seen.set(key, entry);
    try {
      await done;
    } catch (error) {
      if (this.#seen.get(key) === entry) this.#seen.delete(key);
      throw error;
    }
  }

  #forget(nowMs: number): void {
    for (const [key, { untilMs }] of this.#seen) {
      if (untilMs > nowMs && this.#seen.size < MAX_REMEMBERED) return;
      this.#seen.delete(key);
    }
  }
}

/**
 * What makes two messages the same: sender, recipients, Message-ID and body.
 * Undefined if it cannot be told, for want of a Message-ID or a body digest.
 */
export function duplicateKey(
  sender: string,
  recipients: readonly string[],
  { header, content, headerOctets }: StagedMessage,
): string | undefined {
  if (!header.hadMessageId) return undefined;
  const hash = createHash("sha256");
  hash.update([sender, header.messageId, ...recipients].join("\n"));
  hash.update("\n\n");
  if (content.kind === "inline") {
    hash.update(content.octets.subarray(headerOctets));
  } else if (content.digest) hash.update(content.digest);
  else return undefined;
  return hash.digest("base64");
}
