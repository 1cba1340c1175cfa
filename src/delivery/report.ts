/**
 * The report that a message did not reach some of its recipients (RFC 3464), in
 * the form by which Delta Chat marks the message as failed. One report for all of
 * them: each would mark the whole group message.
 *
 * @module
 */
import { nowSeconds } from "../base/clock.ts";
import { formatMailDate } from "../mail/date.ts";
import {
  type HygieneParts,
  newMessageId,
  REPORT_HINT,
} from "./header_hygiene.ts";
import type {
  DelayedMessage,
  DeliveryNote,
  FailedMessage,
  FailedRecipient,
} from "../store/queue.ts";

/** `hostname` is what this server calls itself. */
export interface ReportParts extends HygieneParts {
  readonly hostname: string;
  /** With the field for which Delta Chat reads it although it is not encrypted. */
  readonly hint: boolean;
}

const MAX_LISTED = 100;
const MAX_MESSAGE_ID_LENGTH = 900;

const MAX_TEXT_LENGTH = 300;
const EXPIRED_STATUS = "5.4.7"; // RFC 3463 §3.5
const FAILED_CODE = 550; // RFC 5321 §4.2.3
const DELAYED_CODE = 451;

/** What there is to say of the recipients: they will not get it, or not yet. */
interface Kind {
  readonly subject: string;
  /** RFC 3464 §2.3.3. */
  readonly action: "failed" | "delayed";
  readonly says: string;
  /** Seconds since 1970 UTC; of a delay. */
  readonly triedUntil?: number;
}

const FAILED: Kind = {
  subject: "Undelivered Mail Returned to Sender",
  action: "failed",
  says: "Message could not be delivered to",
};

/** That a message is late. Without the hint: clients would mark it as failed. */
export function formatDelay(
  { expiresInSeconds, ...delayed }: DelayedMessage,
  parts: Omit<ReportParts, "hint">,
): Formatted {
  return format(delayed, { ...parts, hint: false }, {
    subject: "Delayed Mail (still being retried)",
    action: "delayed",
    says: "Message is not delivered yet, and is tried again, to",
    triedUntil: nowSeconds(parts.clock) + expiresInSeconds,
  });
}

/** The whole message, and how much of it is header. */
export function formatReport(
  failed: FailedMessage,
  parts: ReportParts,
): Formatted {
  return format(failed, parts, FAILED);
}

interface Formatted {
  readonly octets: Uint8Array;
  readonly headerOctets: number;
}

function format(
  failed: FailedMessage,
  parts: ReportParts,
  kind: Kind,
): { octets: Uint8Array; headerOctets: number } {
  const date = formatMailDate(nowSeconds(parts.clock));
  const messageId = newMessageId(parts);
  const boundary = `report-${messageId.slice(1, 17)}`;
  const header = [
    `From: Mail Delivery System <MAILER-DAEMON@${parts.domain}>`,
    `To: <${failed.reversePath}>`,
    `Subject: ${kind.subject}`,
    `Date: ${date}`,
    `Message-ID: ${messageId}`,
    "Auto-Submitted: auto-replied", // RFC 3834 §5
    ...(parts.hint ? [`Secure-Join: ${REPORT_HINT}`] : []),
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
    ...explanation(failed.recipients, kind),
    "",
    `--${boundary}`,
    "Content-Type: message/delivery-status",
    "",
    `Reporting-MTA: dns; ${parts.hostname}`,
    `Arrival-Date: ${formatMailDate(failed.queuedAt)}`,
    ...failed.recipients.slice(0, MAX_LISTED)
      .flatMap((one) => deliveryStatus(one, kind)),
    "",
    `--${boundary}`,
    "Content-Type: text/rfc822-headers",
    "",
    `From: <${failed.reversePath}>`,
    `Message-ID: ${oneLine(failed.messageId, MAX_MESSAGE_ID_LENGTH)}`,
    "",
    `--${boundary}--`,
    "",
  ].join("\r\n");
  const octets = new TextEncoder().encode(header + body);
  return { octets, headerOctets: new TextEncoder().encode(header).length };
}

/** What the user reads. */
function explanation(
  failed: readonly FailedRecipient[],
  { says }: Kind,
): string[] {
  const lines = failed.slice(0, MAX_LISTED).map(({ address, note }) =>
    `${says} ${address}: ${reason(note)}.`
  );
  const more = failed.length - lines.length;
  return more > 0 ? [...lines, `And to ${more} more.`] : lines;
}

function reason({ status, text }: DeliveryNote): string {
  const said = oneLine(text, MAX_TEXT_LENGTH).replace(/[. ]+$/, "");
  if (status !== EXPIRED_STATUS) return said === "" ? "it was refused" : said;
  const late = "the server there did not take it in time";
  return said === "" ? late : `${late} (${said})`;
}

/** RFC 3464 §2.3. */
function deliveryStatus(
  { address, note, lastAttemptAt }: FailedRecipient,
  { action, triedUntil }: Kind,
): string[] {
  const {
    status,
    code = action === "failed" ? FAILED_CODE : DELAYED_CODE,
    transport,
    host,
  } = note;
  const isHttp = transport?.startsWith("http");
  const text = oneLine(note.text, MAX_TEXT_LENGTH);
  return [
    "",
    `Final-Recipient: rfc822; ${address}`,
    `Action: ${action}`,
    `Status: ${status}`,
    ...(host === undefined ? [] : [`Remote-MTA: dns; ${oneLine(host, 255)}`]),
    isHttp
      ? `Diagnostic-Code: X-HTTP; ${code} ${text}`
      : `Diagnostic-Code: smtp; ${code} ${status} ${text}`,
    ...(lastAttemptAt === undefined
      ? []
      : [`Last-Attempt-Date: ${formatMailDate(lastAttemptAt)}`]),
    ...(triedUntil === undefined
      ? []
      : [`Will-Retry-Until: ${formatMailDate(triedUntil)}`]),
  ];
}

/** Somebody else wrote it: it may not break the line, nor fill the report. */
function oneLine(text: string, maxLength: number): string {
  return text.replace(/[^ -~]/g, "?").slice(0, maxLength);
}
