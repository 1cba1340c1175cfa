/**
 * By what a message is recognised that a client sends again because it never
 * saw our reply (RFC 1047 §2): it is confirmed again, but delivered once.
 *
 * @module
 */
import { createHash } from "node:crypto";
import type { MessageKey } from "../store/mail.ts";
import type { StagedMessage } from "./message_intake.ts";

const REMEMBERED_SECONDS = 600;

/**
 * Of sender, recipients, Message-ID and body. Undefined if two messages cannot
 * be told apart, for want of a Message-ID or a body digest.
 */
export function messageKey(
  sender: string,
  recipients: readonly string[],
  { header, content, headerOctets }: StagedMessage,
): MessageKey | undefined {
  if (!header.hadMessageId) return undefined;
  const hash = createHash("sha256");
  hash.update([sender, header.messageId, ...recipients].join("\n"));
  hash.update("\n\n");
  if (content.kind === "inline") {
    hash.update(content.octets.subarray(headerOctets));
  } else if (content.digest) hash.update(content.digest);
  else return undefined;
  return {
    octets: Uint8Array.from(hash.digest()),
    of: "message",
    seconds: REMEMBERED_SECONDS,
  };
}
