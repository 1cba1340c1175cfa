/**
 * By what a message is recognised that comes again because its sender never saw
 * our reply (RFC 1047 §2): it is confirmed again, but delivered once.
 *
 * What a user sends again is the same message to the same recipients. Another
 * server may come with some of them, by another way, or days later.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { Address } from "../mail/address.ts";
import type { MessageKey } from "../store/message_key.ts";
import { type Origin, senderOf } from "./origin.ts";

const KEY_OCTETS = 16;
const SUBMITTED_SECONDS = 600;
const RECEIVED_SECONDS = 72 * 3600; // longer than most servers go on trying

export interface KeyFacts {
  readonly recipients: readonly Address[];
  /** As it came with the message; undefined if it had none. */
  readonly messageId: string | undefined;
  /** In the From field. */
  readonly authors: readonly string[];
  /** Hash of the body. */
  readonly body: Uint8Array;
}

/** Undefined for a message without a Message-ID: equal ones may be meant twice. */
export function messageKey(
  origin: Origin,
  { recipients, messageId, authors, body }: KeyFacts,
): MessageKey | undefined {
  if (messageId === undefined) return undefined;
  const sender = senderOf(origin);
  return sender
    ? {
      octets: digest([sender.account, messageId, ...recipients], body),
      of: "message",
      seconds: SUBMITTED_SECONDS,
    }
    : {
      octets: digest([messageId, ...authors], body),
      of: "recipient",
      seconds: RECEIVED_SECONDS,
    };
}

function digest(texts: readonly string[], body: Uint8Array): Uint8Array {
  const hash = createHash("sha256");
  hash.update(texts.join("\n"));
  hash.update("\n\n");
  hash.update(body);
  return Uint8Array.from(hash.digest().subarray(0, KEY_OCTETS));
}
