/**
 * The envelope of a message in header fields: `X-Mail-From`, and `X-Mail-To` once
 * for each recipient. Repeated fields come joined with commas.
 *
 * @module
 */

/** What of the request is not as it has to be; the text is the answer. */
export class EnvelopeFault extends Error {
  override readonly name = "EnvelopeFault";
}

export interface HttpEnvelope {
  /** Without brackets; empty is the null reverse-path. */
  readonly reversePath: string;
  /** Each once, as written. */
  readonly recipients: readonly string[];
}

const MAX_RECIPIENTS = 1000;

/** Whether somebody sends mail at all, however wrongly. */
export function hasEnvelope(headers: Headers): boolean {
  return headers.has("x-mail-from") && headers.has("x-mail-to");
}

/** @throws {EnvelopeFault} */
export function readEnvelope(headers: Headers): HttpEnvelope {
  const [reversePath = "", ...more] = listed(headers.get("x-mail-from") ?? "");
  if (more.length > 0) {
    throw new EnvelopeFault("501 5.5.4 More than one X-Mail-From");
  }
  const recipients = new Set(
    listed(headers.get("x-mail-to") ?? "").filter((one) => one !== ""),
  );
  if (recipients.size === 0) {
    throw new EnvelopeFault("501 5.5.4 X-Mail-To is missing");
  }
  if (recipients.size > MAX_RECIPIENTS) {
    throw new EnvelopeFault("501 5.5.4 Too many recipients");
  }
  return { reversePath, recipients: [...recipients] };
}

/** Split at commas that are neither in quotes nor in brackets. */
function listed(text: string): string[] {
  const found: string[] = [];
  let start = 0;
  let isQuoted = false;
  let isBracketed = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (isQuoted && character === "\\") at++;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === "[" && !isQuoted) isBracketed = true;
    else if (character === "]" && !isQuoted) isBracketed = false;
    else if (character === "," && !isQuoted && !isBracketed) {
      found.push(bare(text.slice(start, at)));
      start = at + 1;
    }
  }
  found.push(bare(text.slice(start)));
  return found;
}

/** Some write a path with its brackets. */
function bare(text: string): string {
  const trimmed = text.trim();
  return trimmed.startsWith("<") && trimmed.endsWith(">")
    ? trimmed.slice(1, -1)
    : trimmed;
}
