/**
 * Takes out of text that other people's code wrote whatever may name a person
 * or a machine or be a secret: addresses, IP addresses, long base64.
 *
 * @module
 */
/** Longer text is cut before it is looked at. */
const MAX_LENGTH = 8192;

const RULES: readonly [RegExp, string][] = [
  // first, since what follows would cut an address in pieces
  [
    /<?[^\s<>"'(),;:=@]{1,64}@(?:\[[0-9A-Za-z:.]{2,64}\]|[^\s<>"'(),;:=@]{1,253})>?/g,
    "<address>",
  ],
  [
    /(?<![\w:])(?:[0-9a-f]{0,4}:){2,7}(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]{1,4})?(?![\w:])/gi,
    "<ip>",
  ],
  [/(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]\d)/g, "<ip>"],
  [/[A-Za-z0-9+/_-]{24,}={0,2}/g, "<base64>"],
];

/** The same text without addresses, IPs and runs of 24 or more base64 letters. */
export function redact(text: string): string {
  let left = text.slice(0, MAX_LENGTH);
  for (const [pattern, mark] of RULES) left = left.replace(pattern, mark);
  return left;
}

/** What an error quotes may be anybody's text; names of fields and our own files are not. */
const QUOTED =
  /"[^"]*(?:"|$)|`[^`]*(?:`|$)|(\b(?:reading|setting|open|stat|lstat|remove|unlink|rename|mkdir|readdir) )?'[^']*(?:'|$)/g;

/**
 * An error as the log shows it: name, message without what it quotes, and where
 * it was thrown, redacted; of the stack only functions and our own files.
 */
export function redactError(error: unknown): string {
  if (!(error instanceof Error)) return `thrown: ${typeof error}`;
  const { name, stack = "" } = error;
  const message = error.message.slice(0, MAX_LENGTH).replace(
    QUOTED,
    (quoted, ours?: string) => ours === undefined ? "<text>" : quoted,
  );
  const frames = stack.slice(
    stack.indexOf(error.message) + error.message.length,
  )
    .split("\n").filter((line) => /^\s+at /.test(line)).slice(0, 12)
    .map((line) =>
      line.trim().replace(/(?:file|https?|npm):\S*\/(?=[^/]+$)/, "")
    );
  const where = frames.map((frame) => redact(frame)).join(" ");
  return `${name}: ${oneLine(redact(message))} ${where}`.trimEnd();
}

function oneLine(text: string): string {
  // deno-lint-ignore no-control-regex
  return text.replace(/[\x00-\x1f\x7f]+/g, " ");
}
