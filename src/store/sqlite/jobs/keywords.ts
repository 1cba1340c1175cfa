/** Keywords have a bit each per mailbox, given out on first use. @module */
import { Refusal } from "../../../base/refusal.ts";
import type { Mailbox } from "../../../mail/mailbox.ts";
import { MAX_KEYWORDS } from "../tables/mailbox_table.ts";
import type { JobContext } from "./context.ts";

/**
 * Keywords as bits, new ones added to the mailbox. Case does not matter
 * (RFC 3501 §9), the first spelling stays.
 *
 * @throws {Refusal} `too_many_keywords` when they do not all fit
 */
export function keywordBits(
  context: JobContext,
  mailbox: Mailbox,
  keywords: readonly string[],
): number {
  if (keywords.length === 0) return 0;
  const known = [...mailbox.keywords];
  let bits = 0;
  for (const keyword of keywords) {
    let bit = indexOfKeyword(known, keyword);
    if (bit < 0) bit = known.push(keyword) - 1;
    if (bit >= MAX_KEYWORDS) throw new Refusal("too_many_keywords");
    bits |= 1 << bit;
  }
  if (known.length > mailbox.keywords.length) {
    context.mailboxes.setKeywords(mailbox.id, known);
    const modSeq = context.mailboxes.touch(mailbox.id, NO_CHANGE);
    context.changes.keywords(mailbox.id, modSeq, known);
  }
  return bits >>> 0;
}

/** Bits of those keywords the mailbox knows. */
export function knownBits(
  mailbox: Mailbox,
  keywords: readonly string[],
): number {
  let bits = 0;
  for (const keyword of keywords) {
    const bit = indexOfKeyword(mailbox.keywords, keyword);
    if (bit >= 0) bits |= 1 << bit;
  }
  return bits >>> 0;
}

/** The same keywords in another mailbox; ones that do not fit are lost. */
export function translateBits(
  context: JobContext,
  from: Mailbox,
  to: Mailbox,
  bits: number,
): number {
  if (bits === 0 || from.id === to.id) return bits;
  const names = from.keywords.filter((_, bit) => (bits & (1 << bit)) !== 0);
  const current = context.mailboxes.byId(to.id) ?? to;
  const free = MAX_KEYWORDS - current.keywords.length;
  const fresh = names.filter((name) =>
    indexOfKeyword(current.keywords, name) < 0
  );
  const lost = new Set(fresh.slice(free));
  return keywordBits(context, current, names.filter((n) => !lost.has(n)));
}

function indexOfKeyword(known: readonly string[], keyword: string): number {
  const wanted = keyword.toLowerCase();
  return known.findIndex((name) => name.toLowerCase() === wanted);
}

const NO_CHANGE = { exists: 0, unseen: 0, octets: 0 };
