/**
 * Which mailbox names a LIST pattern means (RFC 3501 §6.3.8): `*` is any text,
 * `%` any text without the separator.
 *
 * @module
 */
const SEPARATOR = "/";
const INBOX = "INBOX";
const MAX_NAME = 255; // a longer name cannot exist

/** Takes time in proportion to pattern times name, whatever they are. */
export function listPattern(pattern: string): (name: string) => boolean {
  const short = withoutRepetition(pattern);
  if (short.length > 2 * MAX_NAME + 1) return () => false;
  return (name) => matches(inboxFolded(short), inboxFolded(name));
}

/** Of a run of wildcards one is left: `*` if it is in the run. */
function withoutRepetition(pattern: string): string {
  return pattern.replace(
    /[*%]+/g,
    (run) => run.includes("*") ? "*" : "%",
  );
}

/** INBOX is written in any case, and so is its name as a parent. */
function inboxFolded(text: string): string {
  const head = text.slice(0, INBOX.length).toUpperCase();
  const next = text[INBOX.length];
  return head === INBOX && (next === undefined || /[/%*]/.test(next))
    ? INBOX + text.slice(INBOX.length)
    : text;
}

function matches(pattern: string, name: string): boolean {
  // reached[i]: the first i characters of the name are matched so far.
  let reached = new Uint8Array(name.length + 1);
  reached[0] = 1;
  for (const token of pattern) {
    const next = new Uint8Array(name.length + 1);
    if (token === "*" || token === "%") {
      for (let i = 0, open = 0; i <= name.length; i++) {
        open |= reached[i]!;
        next[i] = open;
        if (token === "%" && name[i] === SEPARATOR) open = 0;
      }
    } else {
      for (let i = 0; i < name.length; i++) {
        if (reached[i] && name.startsWith(token, i)) next[i + token.length] = 1;
      }
    }
    reached = next;
  }
  return reached[name.length] === 1;
}
