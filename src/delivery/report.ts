/**
 * The report that a message did not reach some of its recipients (RFC 3464), in
 * the form by which Delta Chat marks the message as failed. One report for all of
 * them: each would mark the whole group message.
 *
 * @module
 */
import { nowSeconds } from "../base/clock.ts";
import type { Address } from "../mail/address.ts";
import { formatMailDate } from "../mail/date.ts";
import { type HygieneParts, newMessageId } from "./header_hygiene.ts";
import type { RecipientRefusal, RefusedRecipient } from "./parts.ts";

export interface ReportFacts {
  readonly sender: Address;
  /** Of the message that was not delivered, with angle brackets. */
  readonly messageId: string;
  readonly refused: readonly RefusedRecipient[];
  readonly hostname: string;
}

const MAX_LISTED = 100;
const MAX_MESSAGE_ID_OCTETS = 900;

const REASONS: Readonly<
  Record<RecipientRefusal, { status: string; text: string }>
> = {
  no_such_user: { status: "5.1.1", text: "No such user" },
  quota_exceeded: { status: "5.2.2", text: "Mailbox full" },
  federation_off: { status: "5.7.1", text: "Federation is off" },
  policy_rejection: { status: "5.7.1", text: "Policy Rejection" },
};

/** The whole message, and how much of it is header. */
export function formatReport(
  facts: ReportFacts,
  parts: HygieneParts,
): { octets: Uint8Array; headerOctets: number } {
  const date = formatMailDate(nowSeconds(parts.clock));
  const messageId = newMessageId(parts);
  const boundary = `report-${messageId.slice(1, 17)}`;
  const header = [
    `From: Mail Delivery System <MAILER-DAEMON@${parts.domain}>`,
    `To: <${facts.sender}>`,
    "Subject: Undelivered Mail Returned to Sender",
    `Date: ${date}`,
    `Message-ID: ${messageId}`,
    "Auto-Submitted: auto-replied", // RFC 3834 §5
    "MIME-Version: 1.0",
    "Content-Type: multipart/report; report-type=delivery-status;",
    ` boundary="${boundary}"`,
    "",
    "",
  ].join("\r\n");
  const body = [
    `--${boundary}`,
    "Content-Type: text/plain; charset=utf-8",
    "",
    ...explanation(facts.refused),
    "",
    `--${boundary}`,
    "Content-Type: message/delivery-status",
    "",
    `Reporting-MTA: dns; ${facts.hostname}`,
    `Arrival-Date: ${date}`,
    ...facts.refused.slice(0, MAX_LISTED).flatMap(deliveryStatus),
    "",
    `--${boundary}`,
    "Content-Type: text/rfc822-headers",
    "",
    `From: <${facts.sender}>`,
    `Message-ID: ${oneLine(facts.messageId)}`,
    "",
    `--${boundary}--`,
    "",
  ].join("\r\n");
  const octets = new TextEncoder().encode(header + body);
  return { octets, headerOctets: new TextEncoder().encode(header).length };
}

/** What the user reads. */
function explanation(refused: readonly RefusedRecipient[]): string[] {
  const lines = refused.slice(0, MAX_LISTED).map(({ address, code }) =>
    `Message could not be delivered to ${address}: ${REASONS[code].text}.`
  );
  const more = refused.length - lines.length;
  return more > 0 ? [...lines, `And to ${more} more.`] : lines;
}

/** RFC 3464 §2.3. */
function deliveryStatus({ address, code }: RefusedRecipient): string[] {
  const { status, text } = REASONS[code];
  return [
    "",
    `Final-Recipient: rfc822; ${address}`,
    "Action: failed",
    `Status: ${status}`,
    `Diagnostic-Code: smtp; 550 ${status} ${text}`,
  ];
}

/** The sender wrote it: it may not break the line, nor fill the report. */
function oneLine(messageId: string): string {
  return messageId.replace(/[^ -~]/g, "?").slice(0, MAX_MESSAGE_ID_OCTETS);
}
