/**
 * What the relay changes in the header of a message: all goes that a message does
 * not need in clear, the Subject with it, and what describes the body is written
 * anew, as the body is.
 *
 * @module
 */
import { type Clock, nowSeconds } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { formatMailDate } from "../mail/date.ts";
import type { Header, HeaderField } from "../mail/header.ts";
import { rewriteHeader } from "../mail/header_rewrite.ts";
import type { MessageForm } from "../pgp/verdict.ts";
import { outerHeader } from "./outer_fields.ts";
import type { DeliverySettings } from "./settings.ts";

/** Fields by which a message shows where and on what it was written; an admin may let them stay. */
const ABOUT_DEVICES: ReadonlySet<string> = new Set([
  "received",
  "x-originating-ip",
  "x-mailer",
  "user-agent",
  "return-path",
]);
const MAX_LINE_OCTETS = 998; // RFC 5322 §2.1.1
const NO_SUBJECT = "[...]";

export interface CleanHeader {
  readonly octets: Uint8Array;
  /** With angle brackets, as in the header. */
  readonly messageId: string;
  /** As it came with the message, in whatever form; undefined if it had none. */
  readonly givenMessageId: string | undefined;
  /** What is left of its Autocrypt field. */
  readonly autocrypt?: string | undefined;
}

export interface HygieneParts {
  readonly clock: Clock;
  readonly random: Random;
  /** What stands behind the @ of a Message-ID that we have to add. */
  readonly domain: string;
}

type HygieneSettings = Pick<
  DeliverySettings,
  "rewriteSubject" | "stripHeaders"
>;

/** The header as recipients of our users get it. */
export function cleanSubmitted(
  header: Header,
  form: MessageForm,
  settings: HygieneSettings,
  parts: HygieneParts,
): CleanHeader {
  const outer = outerHeader(header);
  const messageId = outer.messageId ?? newMessageId(parts);
  const stays = (field: HeaderField) =>
    !settings.stripHeaders && ABOUT_DEVICES.has(field.name) &&
    field.end - field.start <= MAX_LINE_OCTETS;
  const octets = rewriteHeader(header, {
    keep: (field) =>
      outer.kept.has(field) || stays(field) ||
      keepsSubject(field, form, settings),
    replace: replacements(outer.replaced, form, settings),
    addMissing: [
      ["Message-ID", () => messageId],
      ["Date", () => formatMailDate(nowSeconds(parts.clock))],
    ],
  });
  return {
    octets,
    messageId,
    givenMessageId: header.textOf("message-id"),
    autocrypt: outer.replaced.get("autocrypt"),
  };
}

/** Of `Secure-Join`, by which clients read a report although it is not encrypted. */
export const REPORT_HINT = "vc-request";

/** The header of a message from another server. */
export function cleanReceived(
  header: Header,
  form: MessageForm,
  settings: HygieneSettings & Pick<DeliverySettings, "reportHint">,
): CleanHeader {
  const outer = outerHeader(header);
  const replace = replacements(outer.replaced, form, settings);
  if (form.as === "report" && settings.reportHint) {
    replace.set("secure-join", REPORT_HINT);
  }
  return {
    octets: rewriteHeader(header, {
      keep: (field) =>
        outer.kept.has(field) || keepsSubject(field, form, settings),
      replace,
    }),
    messageId: outer.messageId ?? "",
    givenMessageId: header.textOf("message-id"),
  };
}

/** The header of a message that an account keeps for itself. */
export function cleanAppended(header: Header, form: MessageForm): CleanHeader {
  const messageId = header.textOf("message-id");
  return {
    octets: rewriteHeader(header, { replace: structure(form) }),
    messageId: messageId ?? "",
    givenMessageId: messageId,
  };
}

export function newMessageId({ random, domain }: HygieneParts): string {
  const name = random(16).reduce(
    (text, octet) => text + octet.toString(16).padStart(2, "0"),
    "",
  );
  return `<${name}@${domain}>`;
}

function replacements(
  left: ReadonlyMap<string, string>,
  form: MessageForm,
  settings: HygieneSettings,
): Map<string, string> {
  const all = new Map([...left, ...structure(form)]);
  if (rewritesSubject(form, settings)) all.set("subject", NO_SUBJECT);
  return all;
}

/** What says how to read the body. */
function structure(form: MessageForm): Map<string, string> {
  return new Map([
    ["mime-version", "1.0"],
    ["content-type", form.contentType],
    ["content-transfer-encoding", form.encoding],
  ]);
}

/** Clients know an Autocrypt Setup Message by its Subject. */
function rewritesSubject(form: MessageForm, settings: HygieneSettings) {
  return settings.rewriteSubject && form.as !== "autocrypt_setup";
}

function keepsSubject(
  { name, start, end }: HeaderField,
  form: MessageForm,
  settings: HygieneSettings,
): boolean {
  return name === "subject" && !rewritesSubject(form, settings) &&
    end - start <= MAX_LINE_OCTETS;
}
