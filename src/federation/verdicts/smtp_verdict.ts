/**
 * What a transaction with a mail server means for each recipient (RFC 5321
 * §4.2.1): the first digit decides, and at which command it came.
 *
 * @module
 */
import {
  isAboutEncryption,
  noteText,
  replyNote,
  type ReplyShape,
  type Speaker,
  type Verdict,
} from "./verdict.ts";

interface RefusedShape {
  readonly recipient: string;
  readonly reply: ReplyShape;
}

type RefusalPoint = "mail" | "data" | "content";

/** As `smtp/client/` gives what became of a message. */
export type SmtpOutcomeShape =
  | {
    readonly kind: "accepted";
    readonly refused: readonly RefusedShape[];
  }
  | {
    readonly kind: "recipients_refused";
    readonly refused: readonly RefusedShape[];
  }
  | {
    readonly kind: "refused";
    readonly at: RefusalPoint;
    readonly reply: ReplyShape;
  };

/** As `smtp/client/` tells why a connection was of no use. */
export interface SmtpTroubleShape {
  readonly kind: SmtpTroubleKind;
  readonly message: string;
  readonly reply?: ReplyShape | undefined;
}

type SmtpTroubleKind =
  | "refused"
  | "tls"
  | "timeout"
  | "lost"
  | "closing"
  | "protocol";

/** Who greylists lets hardly anybody in before. */
const GREYLIST_SECONDS = 60;
const TOO_LARGE = "5.3.4"; // RFC 3463 §3.4

/** Of each recipient, as many as the transaction had. */
export function smtpVerdicts(
  recipients: readonly string[],
  outcome: SmtpOutcomeShape,
  speaker: Speaker,
): Map<string, Verdict> {
  if (outcome.kind === "refused") {
    const { at, reply } = outcome;
    const verdict = wholeVerdict(reply, at, speaker);
    const each = verdict.kind === "permanent" && recipients.length > 1 &&
        !isAboutMessage(verdict.note.status, reply)
      ? { kind: "apart", note: verdict.note } as const
      : verdict;
    return new Map(recipients.map((recipient) => [recipient, each]));
  }
  const refused = new Map(
    outcome.refused.map(({ recipient, reply }) => [recipient, reply]),
  );
  return new Map(recipients.map((recipient) => {
    const reply = refused.get(recipient);
    if (reply) return [recipient, recipientVerdict(reply, speaker)];
    return [recipient, leftVerdict(outcome.kind, speaker)];
  }));
}

/** What a connection that ended says of whom it was about. */
export function troubleVerdict(
  { kind, message, reply }: SmtpTroubleShape,
  speaker: Speaker,
): Extract<Verdict, { kind: "temporary" }> {
  const status = TROUBLE_STATUSES[kind];
  const text = reply ? reply.lines.join(" ") : message;
  return {
    kind: "temporary",
    note: {
      ...speaker,
      // a 554 greeting is about this host and moment (RFC 5321 §4.2.4.2)
      status: reply?.status?.startsWith("4.") ? reply.status : status,
      text: noteText(text === "" ? message : text),
      ...(reply && { code: reply.code }),
    },
  };
}

/** RFC 3463 §3.4, §3.5, §3.6, §3.8. */
const TROUBLE_STATUSES: Readonly<Record<SmtpTroubleKind, string>> = {
  refused: "4.3.2",
  tls: "4.7.5",
  timeout: "4.4.2",
  lost: "4.4.2",
  closing: "4.3.2",
  protocol: "4.5.0",
};

function wholeVerdict(
  reply: ReplyShape,
  at: RefusalPoint,
  speaker: Speaker,
): Verdict {
  if (isTemporary(reply)) return temporary(reply, speaker);
  if (!isPermanent(reply)) return outOfPlace(reply, speaker);
  const otherwise = reply.code === 552 ? TOO_LARGE : WHOLE_STATUSES[at];
  return { kind: "permanent", note: replyNote(reply, otherwise, speaker) };
}

/** Where a refusal of the whole has no enhanced code. */
const WHOLE_STATUSES: Readonly<Record<RefusalPoint, string>> = {
  mail: "5.1.0", // the sender, so far as anybody can tell
  data: "5.5.0",
  content: "5.6.0",
};

function recipientVerdict(reply: ReplyShape, speaker: Speaker): Verdict {
  if (isTemporary(reply)) return temporary(reply, speaker);
  if (!isPermanent(reply)) return outOfPlace(reply, speaker);
  if (isTooMany(reply)) {
    const note = replyNote(reply, "4.5.3", speaker);
    return { kind: "temporary", note: { ...note, status: "4.5.3" } };
  }
  const otherwise = RECIPIENT_STATUSES[reply.code] ?? "5.0.0";
  return { kind: "permanent", note: replyNote(reply, otherwise, speaker) };
}

/** RFC 5321 §4.2.3 in the terms of RFC 3463 §3. */
const RECIPIENT_STATUSES: Readonly<Record<number, string>> = {
  550: "5.1.1",
  551: "5.1.6",
  553: "5.1.3",
  554: "5.7.1",
};

/** RFC 5321 §4.5.3.1.10: old servers say 552 where they mean 452. */
function isTooMany({ code, status }: ReplyShape): boolean {
  return code === 552 && (status === undefined || status === "5.5.3");
}

/** Of a recipient that was not refused by itself. */
function leftVerdict(
  kind: "accepted" | "recipients_refused",
  speaker: Speaker,
): Verdict {
  if (kind === "accepted") return { kind: "delivered" };
  const text = "the server left this recipient without an answer";
  return { kind: "temporary", note: { ...speaker, status: "4.5.0", text } };
}

function temporary(reply: ReplyShape, speaker: Speaker): Verdict {
  const note = replyNote(reply, "4.0.0", speaker);
  return {
    kind: "temporary",
    note,
    ...(isGreylisting(reply) && { notBeforeSeconds: GREYLIST_SECONDS }),
  };
}

function isGreylisting({ code, status, lines }: ReplyShape): boolean {
  return (code === 450 || code === 451) &&
    (status?.startsWith("4.7.") === true ||
      /gr[ae]y-?list/i.test(lines[0] ?? ""));
}

/** A 2xx or 3xx where it means nothing. */
function outOfPlace(reply: ReplyShape, speaker: Speaker): Verdict {
  const note = replyNote(reply, "4.5.0", speaker);
  return { kind: "temporary", note: { ...note, status: "4.5.0" } };
}

/** No other recipient would change it. */
function isAboutMessage(status: string, reply: ReplyShape): boolean {
  const note = { status, code: reply.code, text: reply.lines[0] ?? "" };
  return status === TOO_LARGE || isAboutEncryption(note);
}

function isTemporary({ code }: ReplyShape): boolean {
  return code >= 400 && code < 500;
}

function isPermanent({ code }: ReplyShape): boolean {
  return code >= 500;
}
