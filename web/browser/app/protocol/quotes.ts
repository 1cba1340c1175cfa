/**
 * The words of a message as Delta Chat writes them: what is answered stands above
 * them behind ">", what is passed on below a line that says so.
 *
 * @module
 */
export interface Words {
  readonly text: string;
  /** What it answers. */
  readonly quote?: string;
  readonly isForwarded: boolean;
}

const MAX_QUOTE_LETTERS = 500;
const FORWARDED = "---------- Forwarded message ----------";
const FORWARDED_FROM = "From: Delta Chat";
/** A line that begins so would be taken for the end of the words. */
const FOOTER = /(^|\n)--/g;

export function readWords(written: string): Words {
  let lines = written.split("\n");
  const isForwarded = lines[0]?.startsWith(FORWARDED) === true &&
    lines[1]?.startsWith("From: ") === true && lines[2] === "";
  if (isForwarded) lines = lines.slice(3);
  const first = lines.findIndex((line) => !line.startsWith(">"));
  const quoted = lines.slice(0, first < 0 ? lines.length : first);
  if (quoted.length === 0) return { text: trimmed(lines), isForwarded };
  const quote = quoted.map((line) => line.slice(1).trimStart()).join("\n");
  const text = trimmed(lines.slice(quoted.length));
  return { text, quote: quote.slice(0, MAX_QUOTE_LETTERS), isForwarded };
}

export function writeWords({ text, quote, isForwarded }: Words): string {
  const safe = text.replace(FOOTER, "$1-\u200b-");
  const answered = quote?.slice(0, MAX_QUOTE_LETTERS).split("\n")
    .map((line) => `> ${line}\n`).join("");
  const head = isForwarded ? `${FORWARDED}\n${FORWARDED_FROM}\n\n` : "";
  return head + (answered === undefined ? "" : `${answered}\n`) + safe;
}

/** Empty lines around are no words; blanks before the first are. */
function trimmed(lines: readonly string[]): string {
  return lines.join("\n").replace(/^\n+/, "").trimEnd();
}
