/**
 * Which file of a Maildir has which UID: `dovecot-uidlist` as Dovecot writes it
 * (version 3, and the one before), and madmail's `chatmail-uidlist`, which has
 * the same lines.
 *
 * A line that does not follow is left out: its message is then one without a
 * UID. Without a first line that can be read there are no UIDs at all.
 *
 * @module
 */
export interface UidList {
  readonly uidValidity?: number;
  readonly uidNext?: number;
  /** By the name of the file up to its flags. */
  readonly uids: ReadonlyMap<string, number>;
}

export const NO_UIDS: UidList = { uids: new Map() };

const LAST_UID = 0xffff_fffe; // RFC 3501 §2.3.1.1
const MAX_LINE = 1024;
const LINE = /^(\d{1,10})(?: [A-Z][^ :]{0,255}){0,8} :(.{1,255})$/;
const OLD_LINE = /^(\d{1,10}) (.{1,255})$/;

export function parseUidList(text: string): UidList {
  const end = text.indexOf("\n");
  const head = readHead(text.slice(0, Math.min(end, MAX_LINE)));
  if (end < 0 || !head) return NO_UIDS;
  const uids = new Map<string, number>();
  const taken = new Set<number>();
  let uidNext = head.uidNext;
  for (const line of linesFrom(text, end + 1)) {
    const [, number = "", name = ""] = head.pattern.exec(line) ?? [];
    const uid = Number(number);
    if (uid < 1 || uid > LAST_UID || name === "" || taken.has(uid)) continue;
    taken.add(uid);
    uids.set(baseName(name), uid);
    uidNext = Math.max(uidNext, uid + 1);
  }
  return { uidValidity: head.uidValidity, uidNext, uids };
}

/** Without the flags, which change. */
export function baseName(file: string): string {
  const flags = file.indexOf(":");
  return flags < 0 ? file : file.slice(0, flags);
}

function readHead(
  line: string,
): { uidValidity: number; uidNext: number; pattern: RegExp } | undefined {
  const old = /^1 (\d{1,10}) (\d{1,10})$/.exec(line);
  const uidValidity = Number(old?.[1] ?? / V(\d{1,10})(?: |$)/.exec(line)?.[1]);
  const uidNext = Number(old?.[2] ?? / N(\d{1,10})(?: |$)/.exec(line)?.[1]);
  const isSound = /^[13] /.test(line) && uidValidity > 0 && uidNext > 0 &&
    uidNext <= LAST_UID + 1;
  if (!isSound) return undefined;
  return { uidValidity, uidNext, pattern: old ? OLD_LINE : LINE };
}

function* linesFrom(text: string, start: number): Generator<string> {
  for (let from = start; from < text.length;) {
    const end = text.indexOf("\n", from);
    const to = end < 0 ? text.length : end;
    if (to - from <= MAX_LINE) yield text.slice(from, to);
    from = to + 1;
  }
}
