/**
 * What the relay changes in the header of a message, and nowhere else: what tells
 * about a sender's device and network goes, and the clear-text Subject with it.
 *
 * @module
 */
import { type Clock, nowSeconds } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { formatMailDate } from "../mail/date.ts";
import type { Header } from "../mail/header.ts";
import { rewriteHeader } from "../mail/header_rewrite.ts";
import type { DeliverySettings } from "./parts.ts";

/** Fields by which a message shows where and on what it was written, or who got it in secret. */
const FROM_OUR_USERS: ReadonlySet<string> = new Set([
  "received",
  "x-originating-ip",
  "x-mailer",
  "user-agent",
  "return-path",
  "bcc",
]);
/** Fields that other servers add; checked by now, and of no use to a client. */
const FROM_OTHER_SERVERS: ReadonlySet<string> = new Set([
  "received",
  "dkim-signature",
  "authentication-results",
  "return-path",
]);
const BCC: ReadonlySet<string> = new Set(["bcc"]);
const NO_SUBJECT = new Map([["subject", "[...]"]]);

export interface CleanHeader {
  readonly octets: Uint8Array;
  /** With angle brackets, as in the header. */
  readonly messageId: string;
  /** The message came with it. */
  readonly hadMessageId: boolean;
}

export interface HygieneParts {
  readonly clock: Clock;
  readonly random: Random;
  /** What stands behind the @ of a Message-ID that we have to add. */
  readonly domain: string;
}

/** The header as recipients of our users get it. */
export function cleanSubmitted(
  header: Header,
  settings: Pick<DeliverySettings, "rewriteSubject" | "stripHeaders">,
  parts: HygieneParts,
): CleanHeader {
  const given = header.textOf("message-id");
  const messageId = given ?? newMessageId(parts);
  const keepsSubject = !settings.rewriteSubject || isSetupMessage(header);
  const octets = rewriteHeader(header, {
    remove: settings.stripHeaders ? FROM_OUR_USERS : BCC,
    ...(keepsSubject ? {} : { replace: NO_SUBJECT }),
    addMissing: [
      ["Message-ID", messageId],
      ["Date", formatMailDate(nowSeconds(parts.clock))],
    ],
  });
  return { octets, messageId, hadMessageId: given !== undefined };
}

/** The header of a message from another server. */
export function cleanReceived(header: Header): CleanHeader {
  const messageId = header.textOf("message-id");
  return {
    octets: rewriteHeader(header, { remove: FROM_OTHER_SERVERS }),
    messageId: messageId ?? "",
    hadMessageId: messageId !== undefined,
  };
}

export function newMessageId({ random, domain }: HygieneParts): string {
  const name = random(16).reduce(
    (text, octet) => text + octet.toString(16).padStart(2, "0"),
    "",
  );
  return `<${name}@${domain}>`;
}

/** Clients know an Autocrypt Setup Message by its Subject; it is never encrypted mail. */
function isSetupMessage(header: Header): boolean {
  return header.first("autocrypt-setup-message") !== undefined &&
    /^multipart\/mixed\b/i.test(header.textOf("content-type") ?? "");
}
