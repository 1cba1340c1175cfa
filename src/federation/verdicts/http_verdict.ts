/**
 * What the response to a `/mxdeliv` request means. Relays answer with one line
 * as a mail server would, whatever the status of HTTP; web servers that know
 * nothing of mail answer with pages, also where all is well with them. So only
 * what a relay can have said counts as a delivery.
 *
 * @module
 */
import type { DeliveryNote } from "../../store/queue.ts";
import {
  isAboutEncryption,
  isAboutOurSignature,
  noteText,
  replyNote,
  type ReplyShape,
  type Speaker,
  type Verdict,
} from "./verdict.ts";
import { retryAfterSeconds } from "../queue/schedule.ts";

/** As `http/client/` gives responses. */
export interface ResponseShape {
  readonly status: number;
  /** By lower-case name. */
  readonly fields: ReadonlyMap<string, string>;
  readonly body: Uint8Array;
  /** The body was longer than what is here. */
  readonly cut: boolean;
}

export type HttpVerdict =
  | { readonly kind: "delivered" }
  /** Another way there would bring the same. */
  | {
    readonly kind: "final";
    readonly note: DeliveryNote;
  }
  /** To be tried another way; where there is none, this is how it ends. */
  | {
    readonly kind: "elsewhere";
    readonly otherwise: "permanent" | "temporary";
    readonly note: DeliveryNote;
    readonly notBeforeSeconds?: number;
    /** Nobody takes mail here. */
    readonly absent?: true;
  };

/** A response as it is judged. */
interface Heard {
  readonly status: number;
  readonly text: string;
  /** What it says in the words of SMTP. */
  readonly reply?: ReplyShape;
  /** A page for people. */
  readonly isPage: boolean;
}

interface Row {
  fits(heard: Heard): boolean;
  readonly then: "final" | "permanent" | "temporary" | "absent";
  /** RFC 3463 §2, where the response names none that fits. */
  readonly code: string;
  /** Counts even where the response has another. */
  readonly always?: true;
}

/** The first row that fits counts. */
const ROWS: readonly Row[] = [
  { fits: isEncryptionNeeded, then: "final", code: "5.7.1", always: true },
  { fits: isTooLarge, then: "final", code: "5.3.4", always: true },
  // a proxy before the peer may hide our address from it
  { fits: isSignatureRefused, then: "permanent", code: "5.7.1" },
  { fits: saysPermanent, then: "permanent", code: "5.0.0" },
  { fits: saysTemporary, then: "temporary", code: "4.0.0" },
  { fits: hasStatus(403), then: "permanent", code: "5.7.1" },
  { fits: isNobody, then: "absent", code: "4.4.1" },
  { fits: hasStatus(507), then: "temporary", code: "4.3.1" },
  { fits: hasStatus(408, 504), then: "temporary", code: "4.4.2" },
  { fits: hasStatus(429), then: "temporary", code: "4.7.0" },
  { fits: () => true, then: "temporary", code: "4.3.0" },
];

/** @param now Milliseconds since 1970 UTC, for a Retry-After that is a date. */
export function httpVerdict(
  response: ResponseShape,
  speaker: Speaker,
  now: number,
): HttpVerdict {
  const heard = hear(response);
  if (isDelivered(heard)) return { kind: "delivered" };
  const row = ROWS.find(({ fits }) => fits(heard))!;
  const note = noteOf(heard, row, speaker);
  if (row.then === "final") return { kind: "final", note };
  const wait = retryAfterSeconds(response.fields.get("retry-after"), now);
  return {
    kind: "elsewhere",
    otherwise: row.then === "permanent" ? "permanent" : "temporary",
    note,
    ...(wait !== undefined && { notBeforeSeconds: wait }),
    ...(row.then === "absent" && { absent: true }),
  };
}

/** No response came: nobody knows whether the peer has the message. */
export function httpTroubleVerdict(
  { kind, message }: {
    readonly kind: "timeout" | "lost" | "protocol";
    readonly message: string;
  },
  speaker: Speaker,
): HttpVerdict {
  const status = kind === "protocol" ? "4.5.0" : "4.4.2";
  const note = { ...speaker, status, text: noteText(message) };
  return { kind: "elsewhere", otherwise: "temporary", note };
}

/**
 * How it ends for all who were in the request, where no other way was left.
 *
 * @param recipients How many there were.
 */
export function endVerdict(
  verdict: HttpVerdict,
  recipients: number,
): Verdict {
  switch (verdict.kind) {
    case "delivered":
      return verdict;
    case "final":
      return { kind: "permanent", note: verdict.note };
    case "elsewhere": {
      const { otherwise, note, notBeforeSeconds } = verdict;
      if (otherwise === "permanent") {
        return { kind: recipients > 1 ? "apart" : "permanent", note };
      }
      return {
        kind: "temporary",
        note,
        ...(notBeforeSeconds !== undefined && { notBeforeSeconds }),
      };
    }
  }
}

/** What SMTP said counts, and no attempt comes before HTTP wants one. */
export function afterHttp(http: HttpVerdict, smtp: Verdict): Verdict {
  if (smtp.kind !== "temporary" || http.kind !== "elsewhere") return smtp;
  const wait = Math.max(http.notBeforeSeconds ?? 0, smtp.notBeforeSeconds ?? 0);
  return { ...smtp, ...(wait > 0 && { notBeforeSeconds: wait }) };
}

function hear({ status, fields, body, cut }: ResponseShape): Heard {
  const type = fields.get("content-type")?.trim().toLowerCase() ?? "";
  const text = new TextDecoder().decode(body).trim();
  const isPage = cut || /^(text\/html|application\/xhtml)/.test(type) ||
    text.startsWith("<");
  const reply = isPage ? undefined : replyIn(text, status);
  return { status, text, isPage, ...(reply && { reply }) };
}

/**
 * `554 5.7.1 No valid DKIM signature found`. A web server's `404 page not found`
 * is none: it repeats the status of HTTP and has no enhanced code.
 */
function replyIn(text: string, httpStatus: number): ReplyShape | undefined {
  const line = text.slice(0, MAX_LINE_LENGTH).split(/[\r\n]/, 1)[0]!;
  const [, digits, status, rest = ""] = REPLY.exec(line) ?? [];
  if (digits === undefined) return undefined;
  const code = Number(digits);
  const isOfHttp = code === httpStatus && status === undefined;
  if (isOfHttp && !LITERAL.test(rest)) return undefined;
  return { code, lines: [rest], ...(status !== undefined && { status }) };
}

const MAX_LINE_LENGTH = 2000;
const REPLY =
  /^([245][0-5][0-9])(?:[ -]([245]\.[0-9]{1,3}\.[0-9]{1,3}))?(?:[ -](.*))?$/;
const LITERAL = /^Invalid FROM domain literal\b/i;

function isDelivered({ status, text, reply, isPage }: Heard): boolean {
  if (status < 200 || status > 299 || isPage) return false;
  if (reply) return reply.code >= 200 && reply.code < 300;
  return text === "" || /^(?:200 )?ok[.!]?$/i.test(text);
}

function isEncryptionNeeded({ status, text, reply }: Heard): boolean {
  if (reply) return isAboutEncryption(asNote(reply));
  return status === 403 && isAboutEncryption({ status: "5.7.1", text });
}

function isTooLarge({ status, reply }: Heard): boolean {
  return status === 413 || reply?.code === 552;
}

function isSignatureRefused({ reply }: Heard): boolean {
  return reply !== undefined && isAboutOurSignature(asNote(reply));
}

function saysPermanent({ reply }: Heard): boolean {
  return reply !== undefined && reply.code >= 500;
}

function saysTemporary({ reply }: Heard): boolean {
  return reply !== undefined && reply.code >= 400;
}

/** Redirects are not followed: they would lead somebody else's mail anywhere. */
function isNobody({ status }: Heard): boolean {
  return status < 400 || [404, 405, 410, 501].includes(status);
}

function hasStatus(...statuses: readonly number[]) {
  return ({ status }: Heard): boolean => statuses.includes(status);
}

function asNote({ code, status = "", lines }: ReplyShape): DeliveryNote {
  return { code, status, text: lines.join(" ") };
}

function noteOf(
  { status, text, reply, isPage }: Heard,
  { code, always }: Row,
  speaker: Speaker,
): DeliveryNote {
  if (reply) {
    const note = replyNote(reply, code, speaker);
    return always ? { ...note, status: code } : note;
  }
  const said = isPage || text === "" ? "" : `: ${text.split("\n", 1)[0]}`;
  const what = status < 400
    ? `answered with status ${status}, and not as a relay does`
    : `status ${status}`;
  return {
    ...speaker,
    status: code,
    code: status,
    text: noteText(what + said),
  };
}
