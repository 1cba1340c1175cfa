/**
 * By what a message is recognised that comes again because its sender never saw
 * our reply (RFC 1047 §2): it is confirmed again, but delivered once.
 *
 * What a user sends again is the same message to the same recipients. Another
 * server may come with some of them, by another way, or days later.
 *
 * @module
 */
import type { Address } from "../mail/address.ts";
import type { MessageKey } from "../store/message_key.ts";
import { type Origin, senderOf } from "./origin.ts";

const KEY_OCTETS = 16;
const SUBMITTED_SECONDS = 600;
const RECEIVED_SECONDS = 72 * 3600; // longer than most servers go on trying

export interface KeyFacts {
  readonly recipients: readonly Address[];
  /** As it came with the message, in whatever form; undefined if it had none. */
  readonly messageId: string | undefined;
  /** Who is in the From field. */
  authors(): readonly string[];
  /** Hash of the body and this text. */
  body(text: string): Uint8Array;
}

/** Undefined for a message without a Message-ID: equal ones may be meant twice. */
export function messageKey(
  origin: Origin,
  facts: KeyFacts,
): MessageKey | undefined {
  const { recipients, messageId } = facts;
  if (messageId === undefined) return undefined;
  const sender = senderOf(origin);
  return sender
    ? {
      octets: keyOf(facts, [sender.account, messageId, ...recipients]),
      of: "message",
      seconds: SUBMITTED_SECONDS,
    }
    : {
      octets: keyOf(facts, [messageId, ...facts.authors()]),
      of: "recipient",
      seconds: RECEIVED_SECONDS,
    };
}

function keyOf(facts: KeyFacts, texts: readonly string[]): Uint8Array {
  const hash = facts.body(texts.join("\n"));
  return new Uint8Array(hash.subarray(0, KEY_OCTETS)); // of its own, to be sent to the writer
}
