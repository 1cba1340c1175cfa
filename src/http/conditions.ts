/**
 * Requests that depend on what the client has already (RFC 9110 §13): by entity
 * tags, and by dates where an answer has one.
 *
 * @module
 */
import { isKnown, isWanted } from "./proto/entity_tags.ts";

/** Precedence as in RFC 9110 §13.2.2; undefined: it is answered as it is. */
export function conditionalStatus(
  { method, headers: asked }: Request,
  headers: Headers,
): 304 | 412 | undefined {
  if (method !== "GET" && method !== "HEAD") return undefined;
  const etag = headers.get("etag");
  const changedAt = secondsOf(headers.get("last-modified"));
  const wanted = asked.get("if-match");
  if (wanted !== null) {
    if (!isWanted(wanted, etag)) return 412;
  } else {
    const until = secondsOf(asked.get("if-unmodified-since"));
    if (until !== undefined && changedAt !== undefined && changedAt > until) {
      return 412;
    }
  }
  const known = asked.get("if-none-match");
  if (known !== null) return isKnown(known, etag) ? 304 : undefined;
  const since = secondsOf(asked.get("if-modified-since"));
  return since !== undefined && changedAt !== undefined && changedAt <= since
    ? 304
    : undefined;
}

/**
 * Whether a range may be sent alone (RFC 9110 §13.1.5): to one octet the same,
 * which no date tells.
 */
export function isSameFile(ifRange: string, etag: string): boolean {
  return isWanted(ifRange, etag) && ifRange.trim() !== "*";
}

const DATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/** Of the preferred form (RFC 9110 §5.6.7); others are ignored, as the conditions then are. */
function secondsOf(date: string | null): number | undefined {
  if (date === null || !DATE.test(date.trim())) return undefined;
  const ms = Date.parse(date);
  return Number.isNaN(ms) ? undefined : Math.floor(ms / 1000);
}
