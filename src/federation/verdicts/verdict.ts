/**
 * What an attempt to bring mail to another relay has come to, whatever way it
 * went, and the words about it that reports and operators get to read.
 *
 * @module
 */
import type { DeliveryNote } from "../../store/queue.ts";

export type Verdict =
  | { readonly kind: "delivered" }
  /** No further attempt will change it. */
  | { readonly kind: "permanent"; readonly note: DeliveryNote }
  | {
    readonly kind: "temporary";
    readonly note: DeliveryNote;
    /** An attempt before is of no use. */
    readonly notBeforeSeconds?: number;
  }
  /**
   * Refused together with others, and it may be because of them: to be tried
   * alone. Who is alone already is refused for good.
   */
  | { readonly kind: "apart"; readonly note: DeliveryNote };

/** Who said it, and over what. */
export interface Speaker {
  /** As `DeliveryNote` has it: "smtp", "https", … */
  readonly transport: string;
  readonly host: string;
}

/** As `smtp/client/` gives replies. */
export interface ReplyShape {
  readonly code: number;
  readonly status?: string;
  readonly lines: readonly string[];
}

const MAX_NOTE_LENGTH = 300;
const MAX_LINES = 10;
/** Nothing that moves a cursor, ends a line, or turns letters round. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]+/gu;

/** One line of printable text, of no more than 300 letters. */
export function noteText(text: string): string {
  // a peer writes as much as it likes; what lies beyond is not looked at
  const line = text.slice(0, 4 * MAX_NOTE_LENGTH).replace(UNPRINTABLE, " ")
    .replace(/ {2,}/g, " ").trim();
  const letters = Array.from(line);
  return letters.length <= MAX_NOTE_LENGTH
    ? line
    : `${letters.slice(0, MAX_NOTE_LENGTH - 1).join("")}…`;
}

/**
 * A reply as a note. Its enhanced code counts where it fits the code (RFC 2034
 * §4); without one the note has `otherwise`.
 */
export function replyNote(
  { code, status, lines }: ReplyShape,
  otherwise: string,
  speaker: Speaker,
): DeliveryNote {
  const fits = status !== undefined && status[0] === String(code)[0];
  return {
    status: fits ? status : otherwise,
    text: noteText(lines.slice(0, MAX_LINES).join(" ")),
    code,
    ...speaker,
  };
}

/** A refusal that is not known to be final. */
export function passingNote(note: DeliveryNote): DeliveryNote {
  return { ...note, status: note.status.replace(/^5/, "4") };
}

/** What a peer says that found no signature of ours, or a bad one: our records may be wrong. */
export function isAboutOurSignature({ text, code }: DeliveryNote): boolean {
  return (code ?? 0) >= 500 && SIGNATURE.test(text);
}

const SIGNATURE = /\bDKIM\b|\bInvalid FROM domain literal\b/i;

/** What a peer says that takes encrypted mail only. */
export function isAboutEncryption({ text, code }: DeliveryNote): boolean {
  return code === 523 || /\bEncryption Needed\b/i.test(text);
}
